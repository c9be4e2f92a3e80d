"""A language nobody has sourced: its success is not believed, its trouble is."""

import pytest

from oracle_backup.domain.log import Ending, read_log

HEAD = (
    "\n"
    "Export: Release 19.0.0.0.0 - Production on Mon Nov 23 02:00:00 2026\n"
    "\n"
    "Connected to: Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production\n"
    'Starting "HR"."OB_X_G1":  hr/******** parfile=job.par \n'
    '. . exported "HR"."JOBS"                                  6.0 KB      19 rows\n'
)


@pytest.mark.parametrize(
    ("line", "ending"),
    [
        ('Задание "HR"."OB_X_G1" успешно завершено в 12:00:00', Ending.NONE),
        ('Задание "HR"."OB_X_G1" завершено с 3 error(s) в 12:00:00', Ending.ERRORS),
    ],
)
def test_end_line_in_an_unknown_language_is_never_success(line: str, ending: Ending):
    assert read_log((HEAD + line + "\n").encode()).ending is ending


def test_line_far_too_long_to_be_an_end_line_is_none():
    line = f'Задание "HR"."OB_X_G1" {"x" * 400} 3 error(s) в 12:00:00'

    assert read_log((HEAD + line + "\n").encode()).ending is Ending.NONE
