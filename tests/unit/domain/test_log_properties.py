"""What must hold for any log whatever."""

import random
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.log import Ending, ExportLog, LogReader, read_log
from oracle_backup.domain.verdict import Verdict, judge

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "export_logs"
GOOD = [
    path.read_bytes()
    for path in sorted(SAMPLES.glob("*.log"))
    if '"verdict": "complete"' in path.with_suffix(".json").read_text(encoding="utf-8")
]
END_LINES = (
    'Job "SYSTEM"."DRILL" successfully completed at Mon Nov 2 03:00:30 2026 elapsed 0 00:00:26',
    'Job "SYSTEM"."DRILL" successfully completed at 03:00:30',
    'El trabajo "SYSTEM"."DRILL" ha terminado correctamente en 03:00:30',
    "Export terminated successfully without warnings.",
    "Import terminated successfully without warnings.",
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "ERROR_LOG",
            "successfully completed at 12:00:00",
            "ORA-31693: lost",
            "FATAL",
            ". . exported",
        ]
        + [line.replace('"', "") for line in END_LINES]
    ),
    st.text(
        st.characters(exclude_characters='"\n\r', exclude_categories=["Cs", "Cc"]),
        min_size=1,
        max_size=30,
    ),
)


def verdict_of(log: ExportLog) -> Verdict:
    return judge(log, exit_code=None, dump_files=None).verdict


def test_good_log_cut_at_any_byte_is_never_complete() -> None:
    """At each of the last bytes, where the end line is, and here and there before."""
    picks = random.Random(20261102)
    cuts = 0
    for data in GOOD:
        whole = data.rstrip(b"\r\n\x00")
        near_the_end = range(max(0, len(whole) - 280), len(whole) + 1)
        for cut in [*near_the_end, *picks.choices(range(len(whole)), k=120)]:
            cuts += 1
            assert verdict_of(read_log(data[:cut])) is not Verdict.COMPLETE, data[:cut][-80:]

    assert cuts >= 10_000


@given(st.binary(max_size=2_000))
def test_random_bytes_are_read_without_a_crash(data: bytes) -> None:
    assert verdict_of(read_log(data)) is not Verdict.COMPLETE


@given(st.data())
def test_mangled_log_is_read_without_a_crash(data: st.DataObject) -> None:
    """Bytes overwritten, lines swapped, other logs between: interleaved writers do that."""
    log = bytearray(data.draw(st.sampled_from(GOOD)))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(log) - 1), st.integers(0, 255)), max_size=40)
    ):
        log[place] = byte
    lines = bytes(log).split(b"\n")
    lines = data.draw(st.permutations(lines)) + data.draw(st.sampled_from(GOOD)).split(b"\n")

    judge(read_log(b"\n".join(lines)), exit_code=0, dump_files=[])


@given(
    st.sampled_from([b"", b"\0", b"x", b'"', b". . ", b'. . exported "', b"9" * 5_000, b"(" * 99])
)
def test_huge_lines_are_read_without_a_crash(piece: bytes) -> None:
    reader = LogReader()

    for _ in range(40):
        reader.feed(piece * (1 + 10_000 // max(1, len(piece))))
    reader.feed(b"\nExport terminated successfully without warnings.\n")

    assert reader.close().ending is Ending.SUCCESS


@given(NAMES, NAMES, NAMES)
def test_table_names_never_change_the_ending(owner: str, table: str, partition: str) -> None:
    data = GOOD[0].decode("utf-8", "replace")
    row = f'. . exported "{owner}"."{table}":"{partition}"    17.08 KB     107 rows\n'
    head, tail = (SAMPLES / "en-expdp-success.log").read_text(encoding="utf-8").split("Master", 1)

    log = read_log((head + row + "Master" + tail).encode())

    assert data
    assert verdict_of(log) is Verdict.COMPLETE
    assert log.table_count == 5


@given(
    st.lists(st.sampled_from([*END_LINES, "BEGIN", "", "  NULL;", "ORA-00001", "/"]), max_size=8)
)
def test_end_lines_within_failing_sql_never_change_the_verdict(sql: list[str]) -> None:
    text = (SAMPLES / "en-impdp-failing-sql-with-end-line.log").read_text(encoding="utf-8")
    whole = re.sub(r"(?s)(?<=Failing sql is:\n).*?(?=\n\nProcessing)", "\n".join(sql), text)
    cut = whole[: whole.rindex("\nProcessing") + 1]

    log = read_log(whole.encode())

    assert log.ending is Ending.ERRORS
    assert verdict_of(log) is Verdict.INCOMPLETE
    assert verdict_of(read_log(cut.encode())) is Verdict.UNKNOWN
