"""A report as text and as HTML: both say the same, and neither can do anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_backup.domain.report.model import (
    BackupReport,
    Copy,
    Problem,
    Retained,
    Retention,
    Step,
)
from oracle_backup.domain.report.page import ADVICE, TROUBLE, Bar, Grid, Section
from oracle_backup.domain.report.render import (
    render_html,
    render_html_page,
    render_text,
    render_text_page,
)
from oracle_backup.domain.report.sections import build_sections
from oracle_backup.domain.table_figures import TableSize, TroubledTable
from support.builders import make_archive_facts, make_report, make_run, make_steps

HARMLESS_TAGS = {
    *("html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "table", "tr", "td"),
    *("pre", "a", "th", "img"),
}
COMMENTS = [
    '[if mso]><table width="680"><tr><td><![endif]',
    "[if mso]></td></tr></table><![endif]",
]
"""Only Outlook reads these."""
EVIL = (
    '<script>alert(1)</script> & "quoted"',
    "<img src=x onerror=alert(1)>",
    "'><a href='javascript:x'>",
    "--><![endif]--><script>x</script>",
    "<!--[if mso]><p>x<![endif]-->",
    "\u202e\u2066\u200f\u061c",
    "W" * 3_000,
    "https://example.com/'style='x",
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
        self.comments: list[str] = []
        self.declarations: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    @property
    def links(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "href"]


ENGLISH = re.compile(
    r"\b(the|is|are|was|were|of|and|with|from|which|that|this|its|on|not|to|by|has|done)\b", re.I
)


def make_full(word: str = "plain", **changes: object) -> BackupReport:
    """Return a report which has the word in every place that is not ours."""
    values: dict[str, object] = {
        "database": word,
        "schema": word,
        "run_id": word,
        "run_url": word,
        "host": word,
        "verdict": "incomplete",
        "reasons": (word,),
        "warnings": (word,),
        "notes": (word,),
        "steps": (Step(name=word, state="failed", seconds=1.0),),
        "problems": (Problem(step=word, message=word, hint=word),),
        "archive": make_archive_facts(
            name=word,
            location=word,
            members=(f"{word}.dmp",),
            copies=(
                Copy(store=word, location=word, method="full"),
                Copy(store=word, location=word, method=None, error=word),
            ),
        ),
        "skipped": word,
        "codes": (word, "ORA-01555"),
        "troubled": (
            TroubledTable(table=word, code=word, causes=(word,)),
            TroubledTable(table=word, code=""),
        ),
        "troubled_count": 5,
        "biggest": (TableSize(table=word, rows=1, size_bytes=1),),
        "history": (make_run(), make_run()),
        "retention": Retention(
            policy=word, stores=(Retained(store=word, kept=1, removed=(word, word), later=2),)
        ),
        "unchecked_host_keys": (word,),
        "note": word,
        "message": word,
    }
    return make_report(**(values | changes))


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
    for changes in ({}, {"verdict": None}, {"verdict": "complete"}, {"language": "es"}):
        report = make_full(word, **changes)
        sections = build_sections(report)
        pictures = {one.picture.cid for one in sections if one.picture is not None}
        page = Page(render_html(report, pictures=pictures))

        assert page.open == []
        assert set(page.tags) <= HARMLESS_TAGS
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        sources = [value for name, value in page.attributes if name == "src"]
        assert sources == [f"cid:{cid}" for cid in pictures]
        assert all(link.startswith(("http://", "https://")) for link in page.links)
        assert page.tags.count("p") == sum(
            len(section.lines) + (section.link is not None) for section in sections
        )
        assert page.declarations == ["DOCTYPE html"]
        assert page.comments == COMMENTS


def test_html_says_what_the_text_says() -> None:
    report = make_full("plain")

    said = "\n".join(Page(render_html(report)).data)

    for section in build_sections(report):
        for label, value in section.rows:
            assert label in said
            assert value in said
        for row in (section.grid.columns, *section.grid.rows) if section.grid else ():
            assert all(cell in said for cell in row)
        for bar in section.bars:
            assert bar.label in said
            assert bar.text in said
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


def test_picture_is_shown_where_the_mail_carries_it_and_bars_elsewhere() -> None:
    report = make_report(history=(make_run(), make_run(counts=False)))
    picture = next(one.picture for one in build_sections(report) if one.picture is not None)
    with_picture = render_html(report, pictures={picture.cid})
    without = render_html(report, pictures={"another@oracle-backup"})

    shown = Page(with_picture)
    assert ("src", f"cid:{picture.cid}") in shown.attributes
    assert ("alt", picture.alt) in shown.attributes
    assert "does not count" not in "".join(shown.data)
    assert "img" not in Page(without).tags
    assert "does not count" in "".join(Page(without).data)
    assert render_html(report) == without


def test_bars_of_text_and_html_are_as_long_as_their_share() -> None:
    bars = tuple(
        Bar(label=str(share), share=share, text="x", is_bad=share == 1)
        for share in (0.0, 0.001, 0.5, 1.0)
    )
    section = Section(title="", bars=bars)
    html = render_html_page("H", [section], subject="S", colour="#000000")

    assert [line.count("█") for line in render_text_page("H", [section]).splitlines()[2:]] == [
        *(0, 1, 12, 24)
    ]
    assert re.findall(r'width:([0-9]+)%;[^"]*background:(#[0-9a-f]+)', html) == [
        ("1", "#0a5cb8"),
        ("50", "#0a5cb8"),
        ("100", "#b3261e"),
    ]


def test_text_of_a_table_is_set_in_columns() -> None:
    grid = Grid(
        columns=("Table", "Rows"), rows=(("A", "1,200"), ("LONGER", "7")), figures=frozenset({1})
    )

    text = render_text_page("H", [Section(title="", grid=grid)])

    assert text.splitlines()[2:] == ["  Table    Rows", "  A       1,200", "  LONGER      7"]


WIDE = Grid(
    columns=("Schema", "Verdict", "Data of", "Size"),
    rows=(("HR", "OK", "5 h", "1 GiB"), ("<b>", "FAILED", "-", "-")),
    figures=frozenset({3}),
)


def test_table_with_many_columns_has_two_lines_for_each_row_in_html() -> None:
    """On a phone each column of five would be a letter wide."""
    page = Page(
        render_html_page("H", [Section(title="", grid=WIDE)], subject="S", colour="#000000")
    )

    assert page.open == []
    assert "Data of: 5 h · Size: 1 GiB" in page.data
    for words in ("HR", "OK", "<b>", "FAILED"):
        assert words in page.data
    assert "th" not in page.tags


def test_table_with_many_columns_is_a_table_in_text() -> None:
    text = render_text_page("H", [Section(title="", grid=WIDE)])

    assert text.splitlines()[2:4] == [
        "  Schema  Verdict  Data of   Size",
        "  HR      OK       5 h      1 GiB",
    ]


def test_long_address_is_shown_short_and_leads_where_it_should() -> None:
    address = f"https://airflow.example/{'x' * 60}"
    section = Section(title="", rows=(("Run", address),))
    page = Page(render_html_page("H", [section], subject="S", colour="#000000"))

    assert page.links == [address]
    assert "airflow.example/…" in page.data
    assert f"Run  {address}" in render_text_page("H", [section])


def test_text_is_not_moved_by_one_long_label() -> None:
    text = render_text_page("H", [Section(title="", rows=(("x" * 300, "1"), ("y", "2")))])

    assert text.splitlines()[3] == "  y  2"


def test_link_has_its_words_in_html_and_its_address_in_text() -> None:
    section = Section(title="", link=("Open it", "https://airflow.example/runs/1?a=1&b"))
    page = Page(render_html_page("H", [section], subject="S", colour="#000000"))

    assert page.links == ["https://airflow.example/runs/1?a=1&b"]
    assert "Open it" in page.data
    assert "  Open it: https://airflow.example/runs/1?a=1&b\n" in render_text_page("H", [section])


def test_link_that_is_no_web_address_is_only_shown() -> None:
    section = Section(title="", link=("Open it", "javascript:alert(1)"))
    page = Page(render_html_page("H", [section], subject="S", colour="#000000"))

    assert page.links == []
    assert "Open it: javascript:alert(1)" in page.data


@pytest.mark.parametrize(("tone", "edge"), [(ADVICE, "#c98500"), (TROUBLE, "#b3261e")])
def test_tone_shows_by_the_colour_of_the_edge(tone: str, edge: str) -> None:
    section = Section(title="", lines=("x",), tone=tone)

    html = render_html_page("H", [section], subject="S", colour="#000000")

    assert f"border-left:4px solid {edge}" in html


def test_html_names_its_language() -> None:
    assert '<html lang="es">' in render_html(make_report(language="es"))
    assert '<html lang="en">' in render_html(make_report())


def test_text_in_spanish_is_spanish() -> None:
    text = render_text(make_full("x", language="es", codes=("ORA-01555",), reasons=(), skipped=""))

    assert ENGLISH.findall(text) == []


def test_html_without_title_lines_rows_or_code_leaves_them_out() -> None:
    page = Page(render_html(make_report(message="Only a sentence.", archive=None)))

    assert page.tags.count("h2") == 2
    assert "pre" not in page.tags
