"""The config's own subject and message in a report."""

from __future__ import annotations

import pytest

from oracle_backup.domain.report.own_words import with_own_words
from oracle_backup.domain.report.render import render_html, render_text
from oracle_backup.domain.report.sections import build_sections
from support.builders import make_report, make_steps


def test_report_without_words_of_its_own_is_as_ever() -> None:
    report = make_report()

    assert with_own_words(report, subject=None, message=None) == report


def test_subject_is_the_config_s() -> None:
    template = "Proceso de backup del servidor {host} de la base de datos {database}"
    report = with_own_words(make_report(), subject=template, message=None)

    assert report.subject == (
        "Proceso de backup del servidor ora01.example de la base de datos erp"
    )


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "complete"),
        ({"verified": False}, "failed"),
        ({"steps": make_steps(retain="failed")}, "failed"),
        ({"verdict": "incomplete"}, "incomplete"),
        ({"verdict": "unknown"}, "unknown"),
        ({"verdict": "failed"}, "failed"),
        ({"verdict": None}, "failed"),
    ],
)
def test_verdict_says_complete_of_a_good_backup_only(
    changes: dict[str, object], verdict: str
) -> None:
    report = with_own_words(
        make_report(**changes), subject="{verdict} {schema} {time}", message=None
    )

    assert report.subject == f"{verdict} HR 2026-11-23 03:00:00 Europe/Madrid"


def test_subject_is_one_line_whatever_a_name_holds() -> None:
    report = make_report(schema="A\r\nBcc: x@example.com", host="h\u2028\x00y")
    report = with_own_words(report, subject="{schema} {host}", message=None)

    assert report.subject == "A Bcc: x@example.com h y"


def test_subject_that_comes_to_nothing_is_the_usual_one() -> None:
    report = with_own_words(make_report(schema="\r\n"), subject="{schema}", message=None)

    assert report.subject.startswith("[Oracle backup] OK:")


def test_message_stands_at_the_top_in_paragraphs() -> None:
    message = "<p>Revisar log de <b>{schema}</b>.</p><p>{{x}}</p><script>{host}</script>"
    report = with_own_words(make_report(), subject=None, message=message)

    assert build_sections(report)[0].lines == ("Revisar log de HR.", "{x}")
    assert "\n  Revisar log de HR.\n  {x}\n" in render_text(report)


def test_nothing_of_html_gets_into_the_mail_by_a_message() -> None:
    """Neither tags of the message, nor what its entities or placeholders become."""
    message = "&lt;script&gt;x&lt;/script&gt; {host} <img src=x onerror=y> <a href=z>w</a>"
    report = with_own_words(
        make_report(host="<script>h</script>\n<p>"), subject=None, message=message
    )
    html = render_html(report)

    assert "&lt;script&gt;x&lt;/script&gt; &lt;script&gt;h&lt;/script&gt; &lt;p&gt; w" in html
    assert not any(tag in html for tag in ("<script", "<img", "href=z", "onerror"))


def test_placeholders_are_filled_in_the_report_s_language() -> None:
    report = with_own_words(
        make_report(language="es"), subject="{verdict} {schema} {time}", message=None
    )

    assert report.subject == "completo HR 23/11/2026 03:00:00 Europe/Madrid"
