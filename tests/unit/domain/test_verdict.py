import json
from pathlib import Path

import pytest

from oracle_backup.domain.log import ExportLog, read_log
from oracle_backup.domain.verdict import DumpFile, Judgement, Verdict, VerdictRules, judge

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "export_logs"
FILES = [DumpFile("/backup/dp/shop_01.dmp", 4096), DumpFile("/backup/dp/shop_02.dmp", 4096)]


def sample(name: str, **reading: tuple[str, ...]) -> ExportLog:
    return read_log((SAMPLES / f"{name}.log").read_bytes(), **reading)


def edited(name: str, old: str, new: str) -> ExportLog:
    text = (SAMPLES / f"{name}.log").read_text(encoding="utf-8")
    assert old in text
    return read_log(text.replace(old, new).encode())


def judged(log: ExportLog, **facts: object) -> Judgement:
    return judge(log, **({"exit_code": None, "dump_files": None} | facts))  # type: ignore[arg-type]


def test_verdict_is_complete_when_log_exit_code_and_files_agree() -> None:
    judgement = judged(sample("en-expdp-success"), exit_code=0, dump_files=FILES)

    assert judgement.verdict is Verdict.COMPLETE
    assert judgement.reasons == ("The job ended successfully.",)
    assert judgement.warnings == ()


def test_verdict_of_text_that_is_no_log_is_unknown() -> None:
    assert judged(sample("not-a-log")).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("exit_code", "job_state", "verdict"),
    [
        (None, None, Verdict.UNKNOWN),
        (0, None, Verdict.UNKNOWN),
        (5, None, Verdict.UNKNOWN),
        (1, None, Verdict.FAILED),
        (1, "EXECUTING", Verdict.UNKNOWN),
        (None, "executing", Verdict.UNKNOWN),
        (None, "NOT RUNNING", Verdict.FAILED),
        (None, "IDLING", Verdict.FAILED),
    ],
)
def test_verdict_without_end_line_asks_the_job_view_then_the_exit_code(
    exit_code: int | None, job_state: str | None, verdict: Verdict
) -> None:
    judgement = judged(sample("en-expdp-cut"), exit_code=exit_code, job_state=job_state)

    assert judgement.verdict is verdict


def test_verdict_without_end_line_still_names_the_errors_so_far() -> None:
    log = edited(
        "en-expdp-cut",
        "Processing object type SCHEMA_EXPORT/TABLE/TABLE\n",
        "ORA-39166: Object SHOP.GONE was not found.\n",
    )

    assert "ORA-39166" in judged(log).warnings[0]


@pytest.mark.parametrize("exit_code", [1, 5, 255])
def test_verdict_believes_the_end_line_more_than_the_exit_code(exit_code: int) -> None:
    judgement = judged(sample("en-expdp-success"), exit_code=exit_code, dump_files=FILES)

    assert judgement.verdict is Verdict.COMPLETE
    assert f"Exit code {exit_code}" in judgement.warnings[0]


def test_verdict_of_an_end_line_without_line_end_needs_a_good_exit_code() -> None:
    log = read_log((SAMPLES / "en-expdp-success.log").read_bytes().rstrip())

    assert judged(log).verdict is Verdict.UNKNOWN
    assert judged(log, exit_code=5).verdict is Verdict.UNKNOWN
    assert judged(log, exit_code=0).verdict is Verdict.COMPLETE


def test_verdict_of_success_with_a_counted_error_is_unknown() -> None:
    log = edited("en-expdp-lost-table", "completed with 1 error(s)", "successfully completed")

    assert judged(log).verdict is Verdict.UNKNOWN


def test_verdict_names_the_table_whose_rows_are_lost() -> None:
    judgement = judged(sample("en-expdp-lost-table"))

    assert judgement.verdict is Verdict.INCOMPLETE
    assert '"SHOP"."EMPTY_ERROR_LOG"' in judgement.reasons[0]
    assert "ORA-01555" in judgement.reasons[0]


def test_verdict_tolerates_a_code_but_still_reports_it() -> None:
    rules = VerdictRules(tolerate=("ORA-31693",))

    judgement = judged(sample("en-expdp-lost-table"), rules=rules)

    assert judgement.verdict is Verdict.COMPLETE
    assert '"SHOP"."EMPTY_ERROR_LOG"' in judgement.warnings[0]
    assert judgement.codes[0].tolerated
    assert judgement.codes[0].loses_data


def test_verdict_does_not_tolerate_an_error_for_the_cause_below_it() -> None:
    rules = VerdictRules(tolerate=("ORA-01555", "ORA-02354"))

    assert judged(sample("en-expdp-lost-table"), rules=rules).verdict is Verdict.INCOMPLETE


def test_verdict_is_incomplete_when_fewer_errors_are_in_sight_than_counted() -> None:
    log = edited("en-expdp-waited", "with 1 error(s)", "with 2 error(s)")

    judgement = judged(log)

    assert judgement.verdict is Verdict.INCOMPLETE
    assert judgement.reasons[0] == "Oracle counted 2 errors, but the log shows only 1."


def test_verdict_judges_errors_beyond_those_kept_with_their_text() -> None:
    text = (SAMPLES / "en-expdp-success.log").read_text(encoding="utf-8")
    lost = "".join(
        f'ORA-31693: Table data object "SHOP"."T{n}" failed to load/unload\n\n' for n in range(600)
    )
    log = read_log(
        text.replace("Master", lost + "Master")
        .replace("successfully completed", "completed with 600 error(s)")
        .encode()
    )

    refused = judged(log)
    tolerated = judged(log, rules=VerdictRules(tolerate=("ORA-31693",)))

    assert refused.verdict is Verdict.INCOMPLETE
    assert "ORA-31693 came 100 more times." in refused.reasons
    assert tolerated.verdict is Verdict.COMPLETE
    assert "ORA-31693 came 100 more times." in tolerated.warnings


def test_verdict_of_a_cause_without_a_head_depends_on_the_ending() -> None:
    stray = "ORA-00600: internal error code, arguments: [1]\n\nMaster"

    success = judged(edited("en-expdp-success", "Master", stray))
    errors = judged(edited("en-expdp-waited", "Master", stray))

    assert success.verdict is Verdict.COMPLETE
    assert "ORA-00600" in success.warnings[0]
    assert errors.verdict is Verdict.INCOMPLETE


def test_verdict_of_a_stopped_job_quotes_the_end_line() -> None:
    judgement = judged(sample("en-expdp-stopped"))

    assert judgement.verdict is Verdict.FAILED
    assert "stopped by user request" in judgement.reasons[0]


def test_verdict_of_a_lost_client_is_unknown_as_the_job_may_live() -> None:
    assert judged(sample("en-expdp-client-lost"), exit_code=1).verdict is Verdict.UNKNOWN


def test_verdict_of_exp_warnings_without_a_visible_cause_is_incomplete() -> None:
    log = edited("en-exp-8i-feedback", "without warnings", "with warnings")

    assert judged(log).verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        (FILES[:1], Verdict.FAILED),
        ([], Verdict.FAILED),
        ([FILES[0], DumpFile("/backup/dp/shop_02.dmp", 0)], Verdict.FAILED),
        ([FILES[0], DumpFile("/backup/dp/shop_02.dmp", None)], Verdict.FAILED),
        (FILES, Verdict.COMPLETE),
    ],
)
def test_verdict_wants_each_listed_dump_file_to_hold_something(
    files: list[DumpFile], verdict: Verdict
) -> None:
    assert judged(sample("en-expdp-success"), exit_code=0, dump_files=files).verdict is verdict


def test_verdict_of_an_import_asks_for_no_dump_files() -> None:
    log = sample("en-impdp-failing-sql-with-end-line")

    assert judged(log, dump_files=[]).verdict is Verdict.INCOMPLETE


def test_verdict_of_an_estimate_is_failed_as_there_is_no_dump() -> None:
    log = read_log(
        b'Starting "A"."J":  a/******** ESTIMATE_ONLY=YES \n'
        b'.  estimated "A"."T":"P"                                 896 MB\n'
        b'Job "A"."J" successfully completed at 10:00:00\n'
    )

    assert log.tool is None
    assert log.job == '"A"."J"'
    assert judged(log).verdict is Verdict.FAILED


def test_verdict_of_an_export_that_names_no_dump_files_is_unknown() -> None:
    log = read_log(
        b'Processing object type SCHEMA_EXPORT/USER\nStarting "A"."EXPORT_1":  a/********\n'
        b'Job "A"."EXPORT_1" successfully completed at 10:00:00\n'
        b'. . exported "A"."T"  1 KB  1 rows\n'
        b'Job "A"."EXPORT_1" successfully completed at 10:00:00\n'
    )

    assert log.tool == "expdp"
    assert judged(log).verdict is Verdict.UNKNOWN


def test_verdict_repeats_a_harmless_message_only_once() -> None:
    wait = "ORA-39171: Job is experiencing a resumable wait.\n\n"
    log = edited("en-expdp-waited", "Master", wait + "Master")

    judgement = judged(log, rules=VerdictRules())

    assert sum("ORA-39171" in warning for warning in judgement.warnings) == 1


def test_verdict_names_tables_that_have_no_row_line() -> None:
    rules = VerdictRules(
        expected_tables=frozenset({("SHOP", "ORDERS"), ("SHOP", "LINES"), ("SHOP", "GONE")})
    )

    judgement = judged(sample("en-expdp-success"), rules=rules)

    assert judgement.verdict is Verdict.INCOMPLETE
    assert judgement.reasons == ("Tables without a row line: SHOP.GONE.",)


def test_verdict_accepts_rows_of_exp_without_an_owner_for_expected_tables() -> None:
    rules = VerdictRules(expected_tables=frozenset({("MISE", "KOKYAKU")}))

    assert judged(sample("ja-exp-success-sjis"), rules=rules).verdict is Verdict.COMPLETE


def test_verdict_lists_only_the_first_of_many_names() -> None:
    rules = VerdictRules(expected_tables=frozenset(("SHOP", f"T{n:02}") for n in range(25)))

    assert judged(sample("en-expdp-success"), rules=rules).reasons[0].endswith("T19 and 5 more.")


def test_verdict_of_the_root_container_depends_on_whether_it_held_tables() -> None:
    warning = (
        "Warning: Oracle Data Pump operations are not typically needed when connected to the root"
        " or seed of a container database.\n"
    )
    held = judged(edited("en-expdp-success", "Starting", warning + "Starting"))
    text = (SAMPLES / "en-expdp-success.log").read_text(encoding="utf-8")
    without = "".join(line for line in text.splitlines(keepends=True) if line[:3] != ". .")
    empty = judged(read_log(without.replace("Starting", warning + "Starting").encode()))

    assert held.verdict is Verdict.COMPLETE
    assert "root" in held.warnings[0]
    assert empty.verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        (VerdictRules(warning_phrases=("MÁSTER table",)), Verdict.INCOMPLETE),
        (VerdictRules(error_phrases=("dump file set",)), Verdict.FAILED),
        (
            VerdictRules(warning_phrases=("advertencias",), error_phrases=("no ha",)),
            Verdict.COMPLETE,
        ),
    ],
)
def test_verdict_can_only_be_worsened_by_extra_phrases(
    rules: VerdictRules, verdict: Verdict
) -> None:
    log = sample("en-expdp-success", phrases=rules.phrases)

    assert judged(log, rules=rules).verdict is verdict


def test_verdict_refuses_a_log_that_was_read_without_the_phrases() -> None:
    with pytest.raises(ValueError, match="phrases"):
        judged(sample("en-expdp-success"), rules=VerdictRules(error_phrases=("boom",)))


def test_judgement_is_plain_data() -> None:
    record = judged(sample("en-expdp-lost-table")).to_dict()

    assert json.loads(json.dumps(record)) == record
    assert record["verdict"] == "incomplete"
    assert record["codes"][0]["subjects"] == ['"SHOP"."EMPTY_ERROR_LOG"']
