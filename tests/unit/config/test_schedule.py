from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from oracle_backup.config.schedule import PRESETS, check_schedule, check_timezone


@pytest.mark.parametrize(
    "text",
    ["0 2 * * *", "*/15 * * * *", "0 2 * * MON-FRI", "0 2 29 2 *", "0 2 l * *", "0 2 * * mon#1"],
)
def test_schedule_that_fires_is_kept_as_written(text: str) -> None:
    assert check_schedule(text) == text


def test_presets_are_those_of_airflow() -> None:
    # Read, not imported: importing Airflow takes longer than all other tests of the config.
    airflow = find_spec("airflow")
    assert airflow is not None
    assert airflow.submodule_search_locations is not None
    text = Path(airflow.submodule_search_locations[0], "utils", "dates.py").read_text()
    assert set(PRESETS) == set(re.findall(r'"(@\w+)": "', text))
    assert [check_schedule(preset) for preset in PRESETS] == list(PRESETS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five fields"),
        ("0 2 * *", "five fields"),
        ("0 2 * * * *", "five fields"),
        ("0  2 * * *", "single blanks"),
        ("0 2 * * *\n", "single blanks"),
        ("@reboot", "one of @hourly"),
        ("61 * * * *", "valid cron string"),
        ("0 2 * * 1-5,", "valid cron string"),
        ("0 2 30 2 *", "no date ever matches"),
        ("H 2 * * *", "no fixed time"),
        ("0 R(1-5) * * *", "no fixed time"),
    ],
)
def test_schedule_that_cannot_fire_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        check_schedule(text)


@pytest.mark.parametrize("name", ["UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires"])
def test_timezone_that_exists_is_kept(name: str) -> None:
    assert check_timezone(name) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Europe/Madird", 'did you mean "Europe/Madrid"'),
        ("europe/madrid", 'did you mean "Europe/Madrid"'),
        ("Madrid, Spain", "such as Europe/Madrid"),
        ("Europe", "must be an IANA time zone"),
        ("../../etc/passwd", "must be an IANA time zone"),
        ("", "must be an IANA time zone"),
    ],
)
def test_timezone_that_does_not_exist_is_refused(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_timezone(name)
