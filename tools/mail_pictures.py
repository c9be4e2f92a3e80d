"""
How do our mails look in a browser's mail and on a phone?

Writes each mail of ``mail_samples`` as a page and as a picture of it to the folder named, in both
languages. Needs Chromium, as from ``apt-get install chromium``.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import tempfile
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

from mail_samples import samples
from PIL import Image, ImageChops

from oracle_backup.domain.report.words import LANGUAGES

if TYPE_CHECKING:
    from email.message import EmailMessage

WIDTHS = {"desktop": 900, "phone": 375}
HEIGHT = 3_000
"""Taller than any mail; what is below the page is cut off."""
COLOURS = 64
SECONDS = 120


def main(folder: Path) -> int:
    """Write all pages and pictures; return an exit code."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.stderr.write("Chromium is not there: apt-get install chromium.\n")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for name, mail in samples(language).items():
            page = folder / f"{name}-{language}.html"
            page.write_text(as_page(mail), encoding="utf-8")
            (folder / f"{name}-{language}.txt").write_text(as_text(mail), encoding="utf-8")
            for device, width in WIDTHS.items():
                picture = folder / f"{name}-{language}-{device}.png"
                take_picture(browser, page, picture, width=width)
                sys.stdout.write(f"{picture}\n")
    return 0


def as_page(mail: EmailMessage) -> str:
    """Return a mail's HTML with its pictures inside."""
    mail = message_from_bytes(bytes(mail), policy=policy.default)
    body = mail.get_body(("related", "html"))
    html = mail.get_body(("html",)).get_content()
    for part in body.iter_attachments() if body.is_multipart() else ():
        inside = base64.b64encode(part.get_content()).decode()
        cid = part["Content-ID"].strip("<>")
        html = html.replace(f"cid:{cid}", f"data:image/png;base64,{inside}")
    return html


def as_text(mail: EmailMessage) -> str:
    """Return a mail's plain text, its subject above it."""
    mail = message_from_bytes(bytes(mail), policy=policy.default)
    return f"Subject: {mail['Subject']}\n\n{mail.get_body(('plain',)).get_content()}"


def take_picture(browser: str, page: Path, picture: Path, *, width: int) -> None:
    """Show a page in a window of a width, and cut what is below its end."""
    with tempfile.TemporaryDirectory() as scratch:
        # A window can't be as narrow as a phone, a frame in it can.
        frame = Path(scratch) / "frame.html"
        frame.write_text(
            '<body style="margin:0;background:#fff">'
            f'<iframe src="{page.resolve().as_uri()}" scrolling="no" '
            f'style="border:0;width:{width}px;height:{HEIGHT}px"></iframe>',
            encoding="utf-8",
        )
        subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={scratch}/profile", "--allow-file-access-from-files"),
                *(f"--window-size=1000,{HEIGHT}", f"--screenshot={picture.resolve()}"),
                frame.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
    with Image.open(picture) as taken:
        cut = taken.convert("RGB").crop((0, 0, width, HEIGHT))
    # The page's ground goes on to the end of the window.
    ground = Image.new("RGB", cut.size, cut.getpixel((0, HEIGHT - 1)))
    _, _, _, bottom = ImageChops.difference(cut, ground).getbbox()
    cut = cut.crop((0, 0, width, min(bottom + 12, HEIGHT)))
    cut.quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
