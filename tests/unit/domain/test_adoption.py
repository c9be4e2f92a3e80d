"""What an archive of another program is worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oracle_backup.domain.adoption import file_name, foreign_owners, judge_adopted, start_time
from oracle_backup.domain.log import ExportLog, read_log
from oracle_backup.domain.verdict import Verdict

LOG = b"""Export: Release 19.0.0.0.0 - Production on Mon Nov 2 02:00:03 2026
Starting "SYSTEM"."J":  system/******** parfile=x
. . exported "HR"."JOBS"                                 5.5 KB       3 rows
Master table "SYSTEM"."J" successfully loaded/unloaded
Dump file set for SYSTEM.J is:
  C:\\BACKUPS\\HR-1.DMP
Job "SYSTEM"."J" successfully completed at Mon Nov 2 02:00:41 2026 elapsed 0 00:00:36
"""
BEGUN = datetime(2026, 11, 2, 1, 0, 3, tzinfo=UTC)
FILE_TIME = datetime(2026, 11, 3, tzinfo=UTC)


def adopted(logs: dict[str, bytes], sizes: dict[str, int], file_time: datetime | None = FILE_TIME):
    read = {name: read_log(content) for name, content in logs.items()}
    return judge_adopted(read, sizes, heads=logs, file_time=file_time, zone="Europe/Madrid")


def test_archive_with_its_log_and_dump_is_complete_as_of_the_logs_begin() -> None:
    found = adopted({"HR.log": LOG}, {"hr-1.dmp": 10, "HR.log": len(LOG)})

    assert found is not None
    assert (found.verdict, found.moment) == (Verdict.COMPLETE, BEGUN)
    assert found.reasons[-1].endswith("Time: its log was begun then.")


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        ({"HR.log": 1}, Verdict.FAILED),
        ({"hr-1.dmp": 0, "HR.log": 1}, Verdict.FAILED),
        ({"hr-1.dmp": 10, "more.dmp": 0}, Verdict.FAILED),
        ({"hr-1.dmp": 10, "more.dmp": 5, "readme.txt": 0}, Verdict.COMPLETE),
    ],
)
def test_dump_files_are_those_the_log_names(sizes: dict[str, int], verdict: Verdict) -> None:
    found = adopted({"HR.log": LOG}, sizes)

    assert found is not None
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("logs", "said"), [({}, "no log"), ({"a.log": LOG, "b.log": LOG}, "2 logs")]
)
def test_archive_without_one_log_counts_for_nothing(logs: dict[str, bytes], said: str) -> None:
    found = adopted(logs, {"hr-1.dmp": 10})

    assert found is not None
    assert (found.verdict, found.moment) == (Verdict.UNKNOWN, FILE_TIME)
    assert said in found.reasons[0]
    assert "its file is of that time" in found.reasons[-1]


def test_archive_without_any_time_is_none() -> None:
    assert adopted({}, {"hr-1.dmp": 10}, file_time=None) is None


@pytest.mark.parametrize(
    ("banner", "moment"),
    [
        ("Production on Mon Nov 2 02:00:03 2026", BEGUN),
        ("Production on Lun Nov 2 02:00:03 2026", BEGUN),
        ("Production on Friday, 11 September, 2020 0:17:07", datetime(2020, 9, 10, 22, 17, 7)),
        ("Production on Jeu. Mai 4 21:58:38 2017", datetime(2017, 5, 4, 19, 58, 38)),
        ("Production on Mar. Ao\u00fbt 1 12:00:00 2017", datetime(2017, 8, 1, 10)),
        ("Production on Mar Ene 6 12:00:00 2015", datetime(2015, 1, 6, 11)),
        ("Production on Jeu. Juil. 6 12:00:00 2017", datetime(2017, 7, 6, 10)),
        (
            "64bit Production on \u661f\u671f\u516d, 18 9\u6708, 2010 10:38:13",
            datetime(2010, 9, 18, 8, 38, 13),
        ),
        ("Production on \u65e5 3\u6708 3 16:48:33 2019", datetime(2019, 3, 3, 15, 48, 33)),
        ("Production on Mon Foo 2 02:00:03 2026", None),
        ("Production on Mon Nov 32 02:00:03 2026", None),
        ("Production on Mon 13\u6708 2 02:00:03 2026", None),
        ("Production on ", None),
    ],
)
def test_begin_is_read_from_the_banner(banner: str, moment: datetime | None) -> None:
    head = f";;; \nExport: Release 19.0.0.0.0 - {banner}\nVersion 19\n".encode()

    found = start_time(head, zone="Europe/Madrid")

    assert found == (moment and moment.replace(tzinfo=UTC))
    assert found is None or found.tzinfo is UTC


def test_begin_before_all_time_is_none() -> None:
    head = b"Export: Release 19.0.0.0.0 - Production on Mon Jan 1 00:00:00 0001\n"

    assert start_time(head, zone="Asia/Tokyo") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [("/u01/a.dmp", "a.dmp"), ("C:\\x\\A.DMP", "A.DMP"), ("a.dmp", "a.dmp")],
)
def test_name_is_the_last_part_of_any_path(path: str, name: str) -> None:
    assert file_name(path) == name


def test_tables_of_others_are_told_only_where_none_is_the_schemas() -> None:
    log = read_log(LOG)

    assert foreign_owners([log], "HR") == ()
    assert foreign_owners([log], "SALES") == ("HR",)
    assert foreign_owners([ExportLog()], "SALES") == ()
