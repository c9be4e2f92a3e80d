"""Whether a database can make the export that is asked for, and whether that is licensed."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_backup.domain.preflight import Judgement
from oracle_backup.domain.preflight_options import (
    dump_template,
    judge_file_count,
    judge_licences,
    parse_file_size,
    used_options,
)

ENTERPRISE = "Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production"
GIB = 1024**3
ALL = ("enterprise_edition", "advanced_compression", "advanced_security")


@pytest.mark.parametrize(
    ("version", "template"),
    [
        ("12.2.0.1.0", "%L"),
        ("19.21.0.0.0", "%L"),
        ("23.26.3.0", "%L"),
        ("12.1.0.2.0", "%U"),
        ("11.2.0.4.0", "%U"),
        ("12", "%U"),
        ("", "%U"),
        (None, "%U"),
    ],
)
def test_dump_files_are_counted_as_the_release_can(version: str | None, template: str):
    assert dump_template(version) == template


@pytest.mark.parametrize(
    ("text", "size"),
    [("512", 512), ("40k", 40960), ("5G", 5 * GIB), ("2MB", 2 << 20), ("1T", 1 << 40), ("9B", 9)],
)
def test_file_size_is_read_as_the_tool_reads_it(text: str, size: int):
    assert parse_file_size(text) == size


@pytest.mark.parametrize("text", ["", "G", "5P", "-1G", "1.5G"])
def test_file_size_of_another_form_is_refused(text: str):
    with pytest.raises(ValueError, match="is no size"):
        parse_file_size(text)


@pytest.mark.parametrize("changes", [{"template": "%L"}, {"file_size": None}, {"dump_bytes": None}])
def test_file_count_matters_only_where_there_is_a_limit(changes: dict[str, Any]):
    values = {"template": "%U", "file_size": "1G", "dump_bytes": 500 * GIB, "parallel": 1}

    assert judge_file_count(**(values | changes)) == Judgement()


@pytest.mark.parametrize(
    ("size", "parallel", "fits"),
    [(99 * GIB, 1, True), (99 * GIB + 1, 1, False), (96 * GIB, 4, True), (97 * GIB, 4, False)],
)
def test_file_count_counts_a_file_more_for_each_worker(size: int, parallel: int, fits: bool):
    found = judge_file_count(template="%U", file_size="1G", dump_bytes=size, parallel=parallel)

    assert bool(found.passed) is fits
    assert bool(found.problems) is not fits


def test_too_many_files_are_told_with_the_figures():
    found = judge_file_count(template="%U", file_size="1G", dump_bytes=200 * GIB, parallel=1)

    (text,) = found.problems
    assert "200.0 GiB in files of 1G takes about 200 files" in text
    assert "there can be 99" in text


@pytest.mark.parametrize(
    ("options", "used"),
    [
        ({}, {}),
        ({"parallel": 1, "compression": "metadata_only", "encryption": None}, {}),
        ({"parallel": None, "compression": "none", "encryption": "none"}, {}),
        ({"parallel": 4}, {"parallel": "4"}),
        ({"compression": "all"}, {"compression": "all"}),
        ({"compression": "data_only"}, {"compression": "data_only"}),
        ({"encryption": "all"}, {"encryption": "all"}),
        ({"encryption": "encrypted_columns_only"}, {"encryption": "encrypted_columns_only"}),
    ],
)
def test_options_that_take_a_licence(options: dict[str, Any], used: dict[str, str]):
    assert used_options(options) == used


def judge(options: dict[str, Any], **changes: Any) -> Judgement:
    values: dict[str, Any] = {"licensed": ALL, "banner": ENTERPRISE, "installed": {}}
    return judge_licences(options, **(values | changes))


def test_options_that_are_licensed_and_there_need_no_word():
    options = {"parallel": 4, "compression": "all", "encryption": "all"}

    assert judge(options) == Judgement()
    assert judge(options, banner=None) == Judgement()


@pytest.mark.parametrize(
    ("options", "licensed", "missing"),
    [
        ({"parallel": 2}, (), "enterprise_edition"),
        ({"compression": "all"}, ("enterprise_edition",), "advanced_compression"),
        ({"compression": "all"}, (), "enterprise_edition, advanced_compression"),
        ({"encryption": "all"}, ("enterprise_edition",), "advanced_security"),
        ({"encryption": "all"}, ("advanced_security",), "enterprise_edition"),
    ],
)
def test_option_that_is_not_declared_as_licensed_is_refused(
    options: dict[str, Any], licensed: tuple[str, ...], missing: str
):
    (text,) = judge(options, licensed=licensed).problems

    assert f"`licensed` does not name {missing}." in text


@pytest.mark.parametrize(
    "banner",
    [
        "Oracle Database 11g Enterprise Edition Release 11.2.0.4.0 - 64bit Production",
        "Oracle AI Database 26ai Enterprise Edition Release 23.26.0.0.0 - Production",
        "Oracle Database 19c EE Extreme Perf Release 19.0.0.0.0 - Production",
        "Personal Oracle Database 12c Release 12.1.0.2.0",
    ],
)
def test_banner_that_has_the_options(banner: str):
    assert judge({"parallel": 4}, banner=banner) == Judgement()


@pytest.mark.parametrize(
    "banner",
    [
        "Oracle Database 19c Standard Edition 2 Release 19.0.0.0.0 - Production",
        "Oracle Database 11g Release 11.2.0.4.0 - 64bit Production",
        "Oracle Database 21c Express Edition Release 21.0.0.0.0 - Production",
        "Oracle Database 23ai Free Release 23.0.0.0.0 - Develop, Learn, and Run for Free",
    ],
)
def test_other_edition_is_told_by_its_name(banner: str):
    (text,) = judge({"parallel": 4}, banner=banner).problems

    assert banner in text
    assert "export.parallel: 4 is for Enterprise Edition" in text


def test_banner_that_says_nothing_is_no_enterprise_edition():
    (text,) = judge({"parallel": 4}, banner="").problems

    assert "the database says it is nothing" in text


@pytest.mark.parametrize(
    ("options", "installed"),
    [
        ({"parallel": 2}, "Parallel execution"),
        ({"compression": "all"}, "Advanced Compression"),
        ({"encryption": "all"}, "Transparent Data Encryption"),
    ],
)
def test_option_that_is_not_installed_is_told(options: dict[str, Any], installed: str):
    (text,) = judge(options, installed={installed: False}).problems

    assert f"what the database calls {installed}" in text
    assert judge(options, installed={installed: True}) == Judgement()


def test_every_problem_of_the_licences_is_told_at_once():
    found = judge(
        {"parallel": 4, "encryption": "all"},
        licensed=(),
        banner="Oracle Database 19c Standard Edition 2",
    )

    assert len(found.problems) == 4
