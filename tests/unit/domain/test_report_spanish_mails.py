"""Whole mails in Spanish about what went wrong: none of our sentences in them is English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.foreign_errors import host_errors, store_errors
from oracle_backup.domain.digest.record import record_of
from oracle_backup.domain.report.model import Copy, Problem, Step
from oracle_backup.domain.report.render import render_html, render_text, render_text_page
from oracle_backup.domain.report.run_notice import RunNotice
from oracle_backup.domain.watch.judge import judge
from oracle_backup.domain.watch.subjects import StoreSilence
from oracle_backup.domain.watch.words import Speech
from oracle_backup.errors import BackupError, CopyMissingError, PreflightError
from support.builders import DUE, make_archive_facts, make_report, make_steps
from support.watch import NAS, NOW, make_watched

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

LABEL = "sftp://backup@nas:22/b (connection 'store_nas')"
ENGLISH = re.compile(
    r"\b(?:the|and|is|are|was|were|has|have|can't|cannot|not|there|then|of|your|which|that)\b",
    re.IGNORECASE,
)
"""Words that no Spanish sentence has."""


def caught(way: AbstractContextManager[None], error: Exception) -> BackupError:
    with pytest.raises(BackupError) as found, way:
        raise error
    return found.value


UNREACHED = caught(store_errors(LABEL, doing="look at HR.7z"), TimeoutError())
REFUSED = caught(
    host_errors("oracle@ora01:22 (connection 'ora')", doing="open a shell"), OSError(13, "denied")
)


def told(error: BackupError, *, step: str) -> Problem:
    """Return what a step leaves of its error for the report."""
    message = str(error).removesuffix(error.hint).rstrip()
    return Problem(step=step, message=message, hint=error.hint, kind=type(error).__name__)


def blocked() -> PreflightError:
    return PreflightError(
        "Schema HR on erp can't be backed up, 3 problem(s):",
        problems=(
            str(REFUSED),
            str(UNREACHED),
            "There is no schema HR in this container. Check its name in the config file, and the "
            "service the connection leads to.",
        ),
        hint="Nothing was exported. Mend these, then clear the run.\nWorth knowing besides:\n  - "
        "The edition of the database can't be told: The SSH user can't read /u02.",
    )


def english_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if ENGLISH.search(line)]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_report_of_a_run_that_could_not_begin_is_spanish() -> None:
    report = make_report(
        language="es",
        verdict=None,
        reasons=(),
        archive=None,
        steps=make_steps(preflight="failed"),
        problems=(told(blocked(), step="preflight"),),
    )

    text = render_text(report)

    assert english_lines(text) == []
    assert "No se puede hacer backup del esquema HR en erp, 3 problema(s):" in flat(text)
    assert (
        "no se puede abrir una sesión en el servidor oracle oracle@ora01:22" in flat(text).lower()
    )
    assert flat(text).count("Corríjalos y luego limpie (Clear) la ejecución.") == 1
    assert "Además conviene saber:" in text
    assert not english_lines(re.sub(r"<style.*?</style>|<[^>]*>", "", render_html(report)))


def test_report_of_a_copy_that_is_missing_is_spanish() -> None:
    error = CopyMissingError(
        f"HR.7z is verified on nas, and missing on cloud: {UNREACHED}",
        hint="The copy is made as soon as that store can be written to: clear this task.",
    )
    copies = (
        Copy(store="nas", location=LABEL, method="full"),
        Copy(store="cloud", location="sftp://cloud:22/b", method=None, error=str(UNREACHED)),
    )
    report = make_report(
        language="es",
        steps=make_steps(verify="failed"),
        problems=(told(error, step="verify"),),
        archive=make_archive_facts(copies=copies),
        verified=False,
        reasons=(),
    )

    text = flat(render_text(report))

    why = "No se puede mirar HR.7z en el almacén sftp://backup@nas:22/b (conexión 'store_nas')"
    assert english_lines(text) == []
    assert f"HR.7z está comprobado en nas, y falta en cloud: {why}: no respondió a tiempo." in text
    assert f"NO ESTÁ, o no se ha comprobado: {why}" in text
    assert "La copia se hace en cuanto se pueda escribir en ese almacén" in text


def test_english_report_tells_errors_as_they_are() -> None:
    error = blocked()
    report = make_report(
        verdict=None,
        reasons=(),
        archive=None,
        steps=make_steps(preflight="failed"),
        problems=(told(error, step="preflight"),),
    )

    text = flat(render_text(report))

    assert all(flat(line) in text for line in error.message.splitlines())
    assert "No se" not in text


def test_notice_of_a_failed_run_is_spanish() -> None:
    notice = RunNotice(
        kind="failed",
        dag_id="etl",
        run_id="r",
        run_url="",
        moment=DUE,
        zone="UTC",
        language="es",
        steps=(Step(name="archive", state="failed"),),
        problems=(told(UNREACHED, step="archive"),),
    )

    text = flat(render_text_page(notice.headline, notice.sections()))

    assert english_lines(text) == []
    assert "Compruebe que sshd está en marcha ahí" in text


def test_alarm_of_a_silent_store_is_spanish() -> None:
    silent = {NAS.place: StoreSilence(error=str(UNREACHED))}
    alarms = [one for one in judge(make_watched(), silent, now=NOW).alarms if one.place]

    said = [Speech(language="es").what(one) for one in alarms]

    assert len(said) == 1
    assert english_lines(said[0]) == []
    assert "no respondió a tiempo. Compruebe que sshd" in said[0]
    assert str(UNREACHED) in Speech(language="en").what(alarms[0])


def test_digest_remembers_errors_in_the_language_of_its_report() -> None:
    report = make_report(
        language="es",
        verdict=None,
        reasons=(),
        archive=None,
        steps=make_steps(archive="failed"),
        problems=(told(UNREACHED, step="archive"),),
    )

    record = record_of(report, told_at=DUE)

    assert record.reason.startswith("No se puede mirar HR.7z")
    assert record.todo == "Compruebe que sshd está en marcha ahí y que el worker puede conectarse."
