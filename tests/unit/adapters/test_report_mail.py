"""A report's mail, opened as a mail reader opens it."""

from __future__ import annotations

import builtins
import logging
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_backup.adapters.mail import Attachment
from oracle_backup.adapters.report_mail import build_report_message, draw_pictures
from oracle_backup.domain.report.model import Problem
from support.builders import make_report, make_run

if TYPE_CHECKING:
    from email.message import EmailMessage

    from oracle_backup.domain.report.model import BackupReport

HISTORY = (make_run(), make_run(counts=False), make_run())
HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"),
    "Content-Type",
}
EVIL = (
    "a\r\nBcc: all@example.com",
    "a\nContent-Type: text/html\n\n<script>x</script>",
    "<script src=https://evil.example/x.js></script>",
    '"><img src="https://evil.example/x.png" onerror=x>',
    "url(https://evil.example) @import 'https://evil.example'",
    "\u202egnp.exe\u2066\x00\x07\x1b[2J\ud800",
    "W" * 5_000,
    "=?utf-8?q?=0d=0aBcc:_x@y.z?=",
)
words = st.sampled_from(EVIL) | st.text(st.characters(exclude_categories=()), max_size=40)


class References(HTMLParser):
    """Keeps what a page would load or lead to, and what would run in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.sources: list[str | None] = []
        self.alts: list[str | None] = []
        self.links: list[str | None] = []
        self.styles: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        self.styles.append(values.get("style") or "")
        if tag == "img":
            self.sources.append(values.get("src"))
            self.alts.append(values.get("alt"))
        if tag == "a":
            self.links.append(values.get("href"))
        assert not {name for name in values if name.startswith("on")}
        assert not {"background", "srcset", "formaction"} & set(values)


def opened(report: BackupReport, **more: Any) -> EmailMessage:
    """Return the mail as it is after its way over the wire."""
    message = build_report_message(
        report, sender="backup@example.com", recipients=("dba@example.com",), **more
    )
    return message_from_bytes(bytes(message), policy=policy.default)


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def pictures_of(message: EmailMessage) -> dict[str, bytes]:
    return {
        part["Content-ID"].strip("<>"): part.get_content()
        for part in message.walk()
        if part.get_content_type() == "image/png"
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_picture_that_the_html_shows_is_in_the_mail_with_words_that_say_the_same(
    language: str,
) -> None:
    message = opened(make_report(history=HISTORY, language=language))
    page, pictures = References(html_of(message)), pictures_of(message)

    assert page.sources == [f"cid:{cid}" for cid in pictures]
    assert len(pictures) == 1
    assert all(content.startswith(b"\x89PNG") for content in pictures.values())
    size = "1,0 GiB (4,0 : 1)" if language == "es" else "1.0 GiB (4.0 : 1)"
    assert page.alts[0] is not None
    assert page.alts[0].count(size) == 3


def test_plain_text_has_bars_in_the_picture_s_place() -> None:
    message = opened(make_report(history=HISTORY))
    text = message.get_body(("plain",)).get_content()

    assert text.count("█" * 24 + "  1.0 GiB (4.0 : 1)") == 3


def test_log_is_attached_and_the_picture_is_not_listed() -> None:
    log = Attachment(name="HR.log", content=b"done")
    message = opened(make_report(history=HISTORY), attachments=[log])

    assert [one.get_filename() for one in message.iter_attachments()] == ["HR.log"]


def test_report_without_earlier_backups_has_no_picture() -> None:
    message = opened(make_report())

    assert message.get_content_type() == "multipart/alternative"
    assert pictures_of(message) == {}
    assert References(html_of(message)).sources == []


def test_mail_goes_out_where_pillow_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "oracle_backup.adapters.charts":
            raise ImportError("No module named 'PIL'")
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with caplog.at_level(logging.WARNING):
        message = opened(make_report(history=HISTORY))

    assert pictures_of(message) == {}
    assert References(html_of(message)).sources == []
    assert "does not count" in html_of(message)
    assert "requirements.txt" in caplog.text


def hostile(word: str, language: str) -> BackupReport:
    return make_report(
        database=word,
        schema=word,
        run_id=word,
        run_url=f"https://airflow.example/{word}",
        host=word,
        verdict=None,
        verified=False,
        warnings=(word,),
        problems=(Problem(step=word, message=word, hint=word),),
        note=word,
        message=word,
        own_subject=word,
        history=HISTORY,
        language=language,
    )


@given(words, st.sampled_from(["en", "es"]))
@settings(max_examples=60, deadline=None)
def test_nothing_breaks_out_of_its_place(word: str, language: str) -> None:
    message = opened(hostile(word, language))
    page = References(html_of(message))

    assert set(message.keys()) == HEADERS
    assert message["To"] == "dba@example.com"
    assert "\n" not in message["Subject"]
    assert not page.tags & {"script", "style", "link", "iframe", "object", "form", "svg", "base"}
    assert all(source and source.startswith("cid:") for source in page.sources)
    assert all(link and link.startswith("https://airflow.example/") for link in page.links)
    assert not [style for style in page.styles if re.search(r"url\(|expression|@import", style)]
    kinds = [part.get_content_type() for part in message.walk()]
    assert sorted(kinds) == [
        *("image/png", "multipart/alternative", "multipart/related", "text/html", "text/plain"),
    ]
    assert max(len(line) for line in bytes(message).splitlines()) <= 998


def test_pictures_are_drawn_only_where_there_are_some() -> None:
    assert draw_pictures(make_report()) == []
    assert len(draw_pictures(make_report(history=HISTORY))) == 1
