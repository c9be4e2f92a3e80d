"""A report as text and as HTML: both say the same, and neither can do anything."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_backup.domain.report.model import (
    BackupReport,
    Problem,
    Retained,
    Retention,
    Step,
)
from oracle_backup.domain.report.render import render_html, render_text
from oracle_backup.domain.report.sections import build_sections
from support.builders import make_archive_facts, make_report, make_steps

HARMLESS_TAGS = {
    *("html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "table", "tr", "td"),
    *("pre", "a"),
}
EVIL = (
    '<script>alert(1)</script> & "quoted"',
    "<img src=x onerror=alert(1)>",
    "'><a href='javascript:x'>",
    "\x1b[2J\x07\x00\r\n\u202e\ud800",
)
words = st.sampled_from(EVIL) | st.text(st.characters(exclude_categories=()), max_size=25)


class Page(HTMLParser):
    """Reads a page and keeps what could be of harm or of use."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.data: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    @property
    def links(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "href"]


def make_full(word: str = "plain") -> BackupReport:
    """Return a report which has the word in every place that is not ours."""
    return make_report(
        database=word,
        schema=word,
        run_id=word,
        run_url=word,
        host=word,
        verdict="incomplete",
        reasons=(word,),
        warnings=(word,),
        notes=(word,),
        steps=(Step(name=word, state="failed", seconds=1.0),),
        problems=(Problem(step=word, message=word, hint=word),),
        archive=make_archive_facts(name=word, location=word, members=(f"{word}.dmp",)),
        retention=Retention(
            policy=word, stores=(Retained(store=word, kept=1, removed=(word, word), later=2),)
        ),
        unchecked_host_keys=(word,),
        note=word,
        message=word,
    )


def test_text_of_a_good_run() -> None:
    report = make_report(
        steps=make_steps()[:1],
        tables=None,
        run_url="",
        archive=None,
        retention=Retention(policy="the last 7", stores=(Retained(store="nas", kept=7),)),
    )

    assert render_text(report) == (
        "Backup of HR on erp is complete and verified.\n"
        "\n"
        "THE BACKUP\n"
        "  Schema       HR\n"
        "  Database     erp\n"
        "  Oracle host  ora01.example\n"
        "  Due          2026-11-23 03:00:00 Europe/Madrid\n"
        "  Data as of   2026-11-23 03:00:12 Europe/Madrid\n"
        "  Verdict      complete\n"
        "  Run          scheduled__2026-11-23T02:00:00+00:00\n"
        "\n"
        "STEPS\n"
        f"  preflight  {' ' * 24}  done\n"
        "\n"
        "RETENTION\n"
        "  Keeps the last 7: 7 stay.\n"
        "  Nothing was removed.\n"
    )


def test_text_wraps_sentences_and_leaves_commands_whole() -> None:
    sentence = "word " * 40
    name = "x" * 200

    text = render_text(
        make_report(message=sentence, archive=make_archive_facts(name=name, members=()))
    )

    lines = text.splitlines()
    assert [len(line) <= 78 for line in lines if "word" in line] == [True] * 3
    assert lines[3].startswith("    word")
    assert f"    7z x {name}" in lines


@given(words)
@settings(max_examples=60)
def test_text_can_steer_no_terminal(word: str) -> None:
    text = render_text(make_full(word))

    assert all(line.isprintable() for line in text.split("\n"))
    assert text.split("\n")[0].startswith("Backup of ")


@given(words)
@settings(max_examples=60)
def test_html_holds_nothing_active_whatever_the_names_are(word: str) -> None:
    page = Page(render_html(make_full(word)))

    assert page.open == []
    assert set(page.tags) <= HARMLESS_TAGS
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert all(link.startswith(("http://", "https://")) for link in page.links)
    assert page.tags.count("p") == sum(
        len(section.lines) for section in build_sections(make_full(word))
    )


def test_html_says_what_the_text_says() -> None:
    report = make_full("plain")

    said = "\n".join(Page(render_html(report)).data)

    for section in build_sections(report):
        for label, value in section.rows:
            assert label in said
            assert value in said
        for line in (*section.lines, *section.code):
            assert line in said
    assert report.headline in said
    assert report.subject in said


@pytest.mark.parametrize(
    ("changes", "colour"),
    [
        ({}, "#1a7f37"),
        ({"warnings": ("slow",)}, "#8a5a00"),
        ({"verdict": "failed"}, "#b3261e"),
    ],
)
def test_html_shows_the_outcome_by_its_colour(changes: dict[str, object], colour: str) -> None:
    html = render_html(make_report(**changes))

    assert f'<td bgcolor="{colour}"' in html


@pytest.mark.parametrize(
    ("url", "links"),
    [
        ("https://airflow.example/runs/1", ["https://airflow.example/runs/1"]),
        ("http://airflow.example/?a=1&b=2", ["http://airflow.example/?a=1&b=2"]),
        ("javascript:alert(1)", []),
        ("https://airflow.example/ and more", []),
        ('https://airflow.example/"onclick="x', []),
    ],
)
def test_html_links_to_web_addresses_only(url: str, links: list[str]) -> None:
    assert Page(render_html(make_report(run_url=url))).links == links


def test_html_without_title_lines_rows_or_code_leaves_them_out() -> None:
    page = Page(render_html(make_report(message="Only a sentence.", archive=None)))

    assert page.tags.count("h2") == 2
    assert "pre" not in page.tags
