"""Which files an export is said to have written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.errors import ExportFailedError
from oracle_backup.operators.inspect import JUDGEMENT_KEY, InspectOperator
from support.export_desk import STEM, ExportDesk

if TYPE_CHECKING:
    from pathlib import Path

LOG = """\
Starting "BACKUP"."OB_X_G1":  backup/******** parfile=job.par
. . exported "HR"."JOBS"                                   7.1 KB      19 rows
Master table "BACKUP"."OB_X_G1" successfully loaded/unloaded
******************************************************************************
Dump file set for BACKUP.OB_X_G1 is:
{files}
Job "BACKUP"."OB_X_G1" successfully completed at Mon Nov 23 02:00:40 2026 elapsed 0 00:00:38
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportDesk:
    return ExportDesk(tmp_path, monkeypatch)


def judge(desk: ExportDesk, *names: str, stem: str = STEM) -> dict[str, Any]:
    for name in names:
        (desk.dumps / name).write_bytes(b"rows")
    log_path = desk.dumps / f"{stem}.log"
    log_path.write_text(LOG.format(files="\n".join(f"  {desk.dumps}/{name}" for name in names)))
    export = {
        "folder": str(desk.dumps),
        "stem": stem,
        "log_path": str(log_path),
        "tool": "expdp",
        "exit_code": 0,
        "parameters": {},
        "snapshot_scn": None,
    }
    operator = InspectOperator(
        task_id="inspect", schema_name="HR", export=export, ssh_conn_id="h", oracle_conn_id="d"
    )
    return operator.execute(desk.context())


@pytest.mark.parametrize(
    "stranger", [f"{STEM}-g2_01.dmp", f"{STEM}_x.dmp", f"{STEM}.dmp.bak", "OTHER.dmp"]
)
def test_only_files_that_bear_the_export_s_name_are_its_own(
    desk: ExportDesk, stranger: str
) -> None:
    """Whatever else a log names could be anybody's, and would be removed after the backup."""
    with pytest.raises(ExportFailedError, match=stranger):
        judge(desk, f"{STEM}_01.dmp", stranger)

    found = desk.ti.pushed[JUDGEMENT_KEY]["dump_files"]
    assert [one["path"] for one in found] == [f"{desk.dumps}/{STEM}_01.dmp"]


def test_report_is_left_the_biggest_tables_and_those_with_trouble(desk: ExportDesk) -> None:
    found = judge(desk, f"{STEM}_01.dmp")

    assert found["biggest"] == [{"table": "JOBS", "rows": 19, "size_bytes": 7_270}]
    assert (found["troubled"], found["troubled_count"], found["telling_codes"]) == ([], 0, [])
    assert desk.ti.pushed[JUDGEMENT_KEY] == found


def test_files_that_bear_numbers_are_the_export_s_own(desk: ExportDesk) -> None:
    found = judge(desk, f"{STEM}_01.dmp", f"{STEM}_100.dmp")

    assert found["verdict"] == "complete"
    assert len(found["dump_files"]) == 2


def test_one_file_without_a_number_is_the_export_s_own(desk: ExportDesk) -> None:
    found = judge(desk, "erp.HR_20261123030000.dmp", stem="erp.HR_20261123030000")

    assert found["verdict"] == "complete"
    assert len(found["dump_files"]) == 1
