from pathlib import Path

from oracle_backup.domain.log import LogFollower

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "export_logs"


def test_follower_counts_tables_rows_and_bytes_as_they_come() -> None:
    follower = LogFollower()

    follower.feed('. . exported "SHOP"."ORDERS"      17.08 KB     107 rows\n. . expor')
    progress = follower.feed(b'ted "SHOP"."LINES"      1 MB     3 rows\n')

    assert (progress.tables_done, progress.rows, progress.errors) == (2, 110, 0)
    assert progress.size_bytes == 17_490 + (1 << 20)
    assert progress.current_object == "LINES"


def test_follower_names_the_object_type_at_work() -> None:
    progress = LogFollower().feed("Processing object type SCHEMA_EXPORT/TABLE/INDEX/INDEX\n")

    assert progress.current_object == "SCHEMA_EXPORT/TABLE/INDEX/INDEX"


def test_follower_tells_a_resumable_wait_at_once_and_its_end() -> None:
    follower = LogFollower()

    waiting = follower.feed(
        "ORA-39171: Job is experiencing a resumable wait.\n"
        "ORA-01653: unable to extend table SHOP.T by 128 in tablespace USERS\n"
    )
    going_on = follower.feed('. . exported "SHOP"."T"      17 KB     7 rows\n')

    assert waiting.resumable_wait is not None
    assert "tablespace USERS" in waiting.resumable_wait
    assert waiting.errors == 1
    assert going_on.resumable_wait is None


def test_follower_progress_is_plain_data() -> None:
    assert LogFollower().progress().to_dict() == {
        "tables_done": 0,
        "rows": 0,
        "size_bytes": 0,
        "current_object": None,
        "errors": 0,
        "resumable_wait": None,
    }
