"""Whole logs: our own in tests/data/export_logs, real ones where they lie beside the project."""

import json
from collections import Counter
from pathlib import Path

import pytest

from oracle_backup.domain.log import LogReader, inspect_record, read_log
from oracle_backup.domain.verdict import judge

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "tests" / "data" / "export_logs").glob("*.log"))
REAL_LOGS = sorted((ROOT.parent / "shared" / "logs").glob("*.log"))
KEYS = (
    *("tool", "version", "language", "ending", "verdict", "error_count", "codes", "job"),
    *("elapsed", "dump_files", "tables", "rows", "failed_tables"),
)
ENDINGS = {"success": "success", "warnings": "errors", "failed": "failed", "incomplete": "none"}

needs_real_logs = pytest.mark.skipif(not REAL_LOGS, reason="the real logs are not here")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_log_sample_says_what_is_expected(path: Path, request: pytest.FixtureRequest) -> None:
    log = read_log(path.read_bytes())

    record = inspect_record(log, judge(log, exit_code=None, dump_files=None), file=path.name)
    said = {key: record[key] for key in KEYS}
    said["table_names"] = [list(row[:5]) for row in log.tables]
    golden = path.with_suffix(".json")
    if request.config.getoption("--update-golden"):
        golden.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert said == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("size", [1, 7, 80])
def test_log_says_the_same_in_pieces_of_any_size(size: int) -> None:
    for path in SAMPLES:
        data = path.read_bytes()
        reader = LogReader()

        for start in range(0, len(data), size):
            reader.feed(data[start : start + size])

        assert reader.close() == read_log(data), path.stem


@needs_real_logs
def test_log_ending_is_right_in_all_real_logs() -> None:
    for path in REAL_LOGS:
        label = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))

        log = read_log(path.read_bytes())

        assert log.ending.value == ENDINGS[label["outcome"]], path.stem


@needs_real_logs
@pytest.mark.parametrize("field", ["codes", "error_count", "job", "elapsed", "dump_files"])
def test_log_field_is_exact_in_nearly_all_real_logs(field: str) -> None:
    right = 0
    for path in REAL_LOGS:
        label = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        log = read_log(path.read_bytes())

        said = getattr(log, field)
        right += (list(said) if isinstance(said, tuple) else said) == label[field]

    assert right >= 0.95 * len(REAL_LOGS)


@needs_real_logs
def test_log_tables_and_rows_are_right_in_nearly_all_whole_real_logs() -> None:
    wrong = Counter[str]()
    whole = 0
    for path in REAL_LOGS:
        label = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if label["tables"] is None:
            continue
        whole += 1
        log = read_log(path.read_bytes())

        wrong["tables"] += log.table_count != label["tables"]
        wrong["rows"] += log.row_count != label["total_rows"]

    assert max(wrong.values()) <= 0.05 * whole
