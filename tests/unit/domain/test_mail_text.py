"""Texts of the config's own in mails: placeholders are filled, of HTML only paragraphs stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.mail_text import check_template, fill, paragraphs

VALUES = {"schema": "HR", "database": "<b>erp</b>", "host": "{schema}", "verdict": "", "time": "x"}


@pytest.mark.parametrize(
    "text", ["", "plain", "{schema} {time}", "{{not}} {{one}}", "<p>{host}</p>"]
)
def test_template_passes(text: str) -> None:
    assert check_template(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{Schema}", 'did you mean "{schema}"'),
        ("{}", "no other placeholders"),
        ("{schema", "must have each { that is to be shown twice"),
        ("schema}", "must have each } that is to be shown twice"),
        ("{{{x}}}", "no other placeholders"),
    ],
)
def test_template_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_template(text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{schema} on {database}.", "HR on <b>erp</b>."),
        ("{{schema}} {{}}", "{schema} {}"),
        ("{host}", "{schema}"),
        ("[{verdict}]", "[]"),
        # What the check never let pass, as it stood in the text of an HTML entity.
        ("{foo} { {}", "{foo} { {}"),
    ],
)
def test_template_is_filled(template: str, text: str) -> None:
    assert fill(template, VALUES) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("One line.", ("One line.",)),
        ("<p>Revisar log y ruta.</p>", ("Revisar log y ruta.",)),
        ("<p>one</p>\n<p class='x'>two<br>three</p>", ("one", "two", "three")),
        ("a\n  b <b>c</b><i>d</i>", ("a b cd",)),
        ("<ul><li>one<li>two</ul>after", ("one", "two", "after")),
        ("<br/><hr/>x<img src=x onerror=alert(1)>y", ("xy",)),
        ("<script>alert(1)</script>x<style>p {}</style>", ("x",)),
        ("<title>no</title>x<template><p>no</p></template>", ("x",)),
        ("x<!-- no --><!DOCTYPE html><?php no ?>", ("x",)),
        ("3 &lt; 4 &amp;&#123;y&#125; &ntilde;&nbsp;&#0;z", ("3 < 4 &{y} ñ \ufffdz",)),
        ("a < b and c > d", ("a < b and c > d",)),
        ("</script></p>x", ("x",)),
        ("before<script>never closed <p>x</p>", ("before",)),
        ("a\0b", ("a b",)),
        ("<p", ("<p",)),
        ("<scr<script>ipt>x", ("ipt>x",)),
    ],
)
def test_paragraphs_of_html(text: str, expected: tuple[str, ...]) -> None:
    assert paragraphs(text) == expected


@given(
    st.text()
    | st.lists(st.sampled_from(("<p>", "</p>", "<script>", "<", "&", "x", "\n"))).map("".join)
)
def test_paragraphs_of_anything_are_single_lines(text: str) -> None:
    for line in paragraphs(text):
        assert line == " ".join(line.split()) != ""
