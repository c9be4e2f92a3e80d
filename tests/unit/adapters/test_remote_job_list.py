"""Which jobs of one run are on the host? Asked of a real shell."""

import os
import subprocess
from pathlib import Path

from oracle_backup.adapters.remote_job.scripts import build_list, parse_answers


def jobs_in(home: Path, prefix: str) -> list[str]:
    done = subprocess.run(
        ["sh", "-s"],
        input=build_list(prefix=prefix),
        env={"HOME": str(home), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return parse_answers(done.stdout).get("job", [])


def test_jobs_of_one_run_are_listed_and_no_others(tmp_path: Path):
    jobs = tmp_path / ".oracle-backup" / "jobs"
    for name in ("OB_A_G1", "OB_A_G2", "OB_B_G1"):
        (jobs / name).mkdir(parents=True)
    (jobs / "OB_A_G3").write_text("no job's directory")

    assert jobs_in(tmp_path, "OB_A_G") == ["OB_A_G1", "OB_A_G2"]


def test_host_without_any_job_has_none(tmp_path: Path):
    assert jobs_in(tmp_path, "OB_A_G") == []
