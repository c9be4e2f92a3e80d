"""What our errors say and what they say is to be done, as Spanish mails tell it."""

from __future__ import annotations

import ast
import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.adapters.remote_job.scripts import parse_answers
from oracle_backup.domain.codes import CODES
from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.spanish.forms import ERRORS, FORMS, PARTS
from oracle_backup.errors import RemoteCommandError
from support.error_texts import FOLDERS, PACKAGE, error_texts, texts_given_to

if TYPE_CHECKING:
    from collections.abc import Iterator

ONLY_FOR_COMMANDS = {
    "adapters/adopt.py",
    "adapters/archive/extraction.py",
    "adapters/archive/sinks.py",
    "adapters/connections_file.py",
    "hooks/outside_tasks.py",
}
"""They are asked by the command line alone."""
ONLY_LOGGED = {"adapters/catalogue/removal.py: it tells of x1"}
HANDED_OVER = {
    # Another error's, which is looked at where it is made.
    "adapters/archive/reader.py",
    "notifications/run_facts.py",
    "operators/pack.py",
    "operators/report_facts.py",
    "triggers/host_link.py",
    # A hint that a caller gives, which is looked at there.
    "adapters/archive_digest.py",
    "adapters/check_copy.py",
    "adapters/copy_archive.py",
    "adapters/side_by_side.py",
    "hooks/survey.py",
    "operators/watchdog.py",
    # Words of the report itself.
    "notifications/unreported.py",
}
PUT_TOGETHER = {
    # With what the table of codes says is to be done.
    "operators/inspect.py: x1 Then clear the export task to run it again.",
    # With why an option can't be.
    "domain/parameter_lines.py: export.x1 x1.",
    # With warnings, a line each.
    "operators/preflight.py: Nothing was exported. Mend these, then clear the run.\n"
    "Worth knowing besides:x1",
}
"""They stand as a whole among the examples."""
UNTRANSLATABLE = re.compile(
    r"docs/\S+|drop table \S+ purge\.|grant [a-z_]+ to|x1\S*|[A-Za-z.]+\.oracle-backup\S*"
)

TEXTS = [one for one in error_texts() if one.place not in ONLY_FOR_COMMANDS]
MADE = {
    one.text: one.where
    for one in TEXTS
    if one.text is not None
    and f"{one.place}: {one.text}" not in ONLY_LOGGED | PUT_TOGETHER
    and re.search("[a-z]{2}", one.text)
}


def left_in_english(text: str) -> list[str]:
    """Return the sentences of a text that its Spanish still has."""
    spanish = translate(text, "es")
    pieces = re.split(r"(?<=[.?:;]) +|\n[ -]*", UNTRANSLATABLE.sub("", text))
    return [one for one in pieces if re.search("[a-z]{2}.* .*[a-z]", one) and one in spanish]


def test_the_source_is_read() -> None:
    assert len(MADE) > 200
    assert "The archive's password is no valid text." in MADE
    assert "Mend mail.to in the config file, then clear the task." in MADE
    assert {one.place for one in TEXTS if one.text is None} <= HANDED_OVER


@pytest.mark.parametrize("text", MADE)
def test_every_message_and_hint_has_its_spanish(text: str) -> None:
    assert translate(text, "es") != text, MADE[text]
    assert left_in_english(text) == [], MADE[text]
    assert translate(text, "en") == text


NAS = "sftp://backup@nas:22/b (connection 'store_nas')"
SLOW = f"Cannot look at HR.7z on store {NAS}: no answer in time."
SSHD = "Check that sshd is running there and that the worker may connect to it."
LENTO = (
    "No se puede mirar HR.7z en el almacén sftp://backup@nas:22/b (conexión 'store_nas'): no "
    "respondió a tiempo."
)
MIRE = "Compruebe que sshd está en marcha ahí y que el worker puede conectarse."

EXAMPLES = {
    f"{SLOW} {SSHD}": f"{LENTO} {MIRE}",
    "Cannot read /u02/HR.dmp on Oracle host o@ora:22 (connection 'o'): exit code 1, cat: no. See "
    "how busy the host is.": (
        "No se puede leer /u02/HR.dmp en el servidor Oracle o@ora:22 (conexión 'o'): código de "
        "salida 1, cat: no. Mire si el servidor está cargado."
    ),
    "Cannot go on reading HR.7z on store nas: no answer in time.": (
        "No se puede seguir leyendo HR.7z en el almacén nas: no respondió a tiempo."
    ),
    "Cannot go on writing HR.7z on store nas: no.": (
        "No se puede seguir escribiendo HR.7z en el almacén nas: no."
    ),
    "Cannot run a script on box (this machine): exit code 2, it said nothing.": (
        "No se puede ejecutar un script en box (esta máquina): código de salida 2, sin decir nada."
    ),
    "Cannot write HR.7z on store nas: Failure. Quota exceeded. Free space there, raise the user's "
    "quota, or keep fewer backups.": (
        "No se puede escribir HR.7z en el almacén nas: Failure. Quota exceeded. Libere espacio "
        "ahí, suba la cuota del usuario o conserve menos backups."
    ),
    f"HR.7z is verified on a, and missing on b, c: {SLOW} {SSHD} Store c is full (12 bytes are "
    "left): Cannot write HR.7z on store c: Failure. Free space there or keep fewer backups, then "
    "clear the task. The copy is made as soon as that store can be written to: clear this task.": (
        f"HR.7z está comprobado en a, y falta en b, c: {LENTO} {MIRE} El almacén c está lleno "
        "(quedan 12 bytes): No se puede escribir HR.7z en el almacén c: Failure. Libere espacio "
        "ahí o conserve menos backups, y luego limpie (Clear) la tarea. La copia se hace en cuanto "
        "se pueda escribir en ese almacén: limpie (Clear) esta tarea."
    ),
    "HR.7z is verified on a, and missing on b:": "HR.7z está comprobado en a, y falta en b.",
    f"HR.7z on {NAS} has other content than was sent.": (
        "HR.7z, en sftp://backup@nas:22/b (conexión 'store_nas'), tiene otro contenido que el "
        "enviado."
    ),
    f"HR.7z on {NAS} is damaged: its header is cut off.": (
        "HR.7z en sftp://backup@nas:22/b (conexión 'store_nas') está dañado: su cabecera está "
        "cortada."
    ),
    f"HR.7z on {NAS}: The archive is encrypted, and no password was given.": (
        "HR.7z en sftp://backup@nas:22/b (conexión 'store_nas'): el archivo está cifrado, y no se "
        "dio contraseña."
    ),
    f"HR.7z on {NAS}: The archive's password is no valid text.": (
        "HR.7z en sftp://backup@nas:22/b (conexión 'store_nas'): la contraseña del archivo no es "
        "un texto válido."
    ),
    f"HR.7z on {NAS}: the password does not open it, or its header is damaged.": (
        "HR.7z en sftp://backup@nas:22/b (conexión 'store_nas'): la contraseña no lo abre, o hay "
        "daños en su cabecera."
    ),
    "HR.7z on store nas has None bytes, 12 were sent.": (
        "HR.7z no está en el almacén nas; se enviaron 12 bytes."
    ),
    'xz could not compress: it ended with code 1. It said: "No space". See this worker\'s memory '
    "and its system log; `encoder: lzma` needs no program.": (
        "xz no pudo comprimir: terminó con código 1. Dijo: «No space». Mire la memoria de este "
        "worker y su log del sistema; `encoder: lzma` no necesita ningún programa."
    ),
    "Job OB_X_G2 died in the database, as the one before it did: signal 9 ended its client on the "
    "host, and the database shows the job as NOT RUNNING. It was not started a third time.": (
        "El trabajo OB_X_G2 murió en la base de datos, como el anterior: la señal 9 terminó su "
        "cliente en el servidor, y la base de datos muestra el trabajo como NOT RUNNING. No se ha "
        "empezado por tercera vez."
    ),
    "Job OB_X_G1 took longer than 1 day, 2:00:00 and was stopped in the database.": (
        "El trabajo OB_X_G1 tardó más de 1 día, 2:00:00 y se detuvo en la base de datos."
    ),
    "The Oracle host did not answer for so long that the wait for job OB_X_G1 was given up: "
    "HostUnreachableError: no answer within 60 s.": (
        "El servidor Oracle no ha respondido en tanto tiempo que se dejó de esperar al trabajo "
        "OB_X_G1: HostUnreachableError: no respondió en 60 s."
    ),
    "Schema HR on erp can't be backed up, 2 problem(s):\n"
    f"  - {SLOW} {SSHD}\n"
    "  - The session is in container none, not ERP. Mend service_name of the Oracle connection.": (
        "No se puede hacer backup del esquema HR en erp, 2 problema(s):\n"
        f"  - {LENTO} {MIRE}\n"
        "  - La sesión no está en ningún contenedor, y debe estar en ERP. Corrija service_name de "
        "la conexión de Oracle."
    ),
    "Nothing was exported. Mend these, then clear the run.\nWorth knowing besides:\n"
    "  - The edition of the database can't be told: The database refused a statement (connection "
    "'erp'): ORA-00942: table or view does not exist.": (
        "No se ha exportado nada. Corríjalos y luego limpie (Clear) la ejecución.\nAdemás conviene "
        "saber:\n"
        "  - No se puede saber la edición de la base de datos: La base de datos rechazó una "
        "sentencia (conexión 'erp'): ORA-00942: table or view does not exist."
    ),
    "The export's verdict is failed: The log has no end line and the tool ended with exit code 1. "
    "ORA-31693: The rows of a table are missing from the result.": (
        "El veredicto de la exportación es fallido: El log no tiene línea final y la herramienta "
        "terminó con código de salida 1. ORA-31693: Faltan las filas de una tabla."
    ),
    f"{CODES['ORA-31693'].todo} {CODES['ORA-00942'].todo} Then clear the export task to run it "
    "again.": (
        f"{translate(CODES['ORA-31693'].todo, 'es')} {translate(CODES['ORA-00942'].todo, 'es')} "
        "Luego limpie (Clear) la tarea export para ejecutarla de nuevo."
    ),
    "export.version is an option of expdp, not of exp. Remove it, or change export.tool.": (
        "export.version es una opción de expdp, no de exp. Quítelo, o cambie export.tool."
    ),
    "export.direct is an option of exp, not of expdp.": (
        "export.direct es una opción de exp, no de expdp."
    ),
    "export.encryption_mode does nothing without export.encryption.": (
        "export.encryption_mode no hace nada sin export.encryption."
    ),
    "Mend that. Then clear the export task to run it again.": (
        "Corríjalo. Luego limpie (Clear) la tarea export para ejecutarla de nuevo."
    ),
    "The plan would remove 9 of 10 good backups, though the newest good one is of 2026-11-22 02:00 "
    "+0000, older than expected. Nothing was removed.": (
        "El plan borraría 9 de 10 backups buenos, aunque el bueno más reciente es del 22/11/2026 "
        "02:00 +0000, más antiguo de lo esperado. No se ha borrado nada."
    ),
    "Job OB_X_G1 of more than 30 days ago neither ended nor lives, and is left alone: no log in "
    "/u02 tells of it. See DBA_DATAPUMP_JOBS, then remove ~/.oracle-backup/jobs/OB_X_G1.": (
        "El trabajo OB_X_G1, de hace más de 30 días, ni ha terminado ni vive, y se deja como está: "
        "ningún log de /u02 habla de él. Mire DBA_DATAPUMP_JOBS y luego borre "
        "~/.oracle-backup/jobs/OB_X_G1."
    ),
}


@pytest.mark.parametrize(("english", "spanish"), EXAMPLES.items())
def test_error_is_said_in_spanish(english: str, spanish: str) -> None:
    assert translate(english, "es") == spanish
    assert translate(english, "en") == english


def test_every_form_has_the_same_placeholders_in_both_languages() -> None:
    for english, spanish in (*FORMS, *ERRORS, *PARTS):
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", spanish))
        assert len(set(found := re.findall(r"\{\w*\}", english))) == len(found)


SOURCES = [path for folder in FOLDERS for path in sorted((PACKAGE / folder).rglob("*.py"))]
TRIES = {"errors", "ask", "ask_once", "writing", "could_not", "host_errors", "store_errors"}
"""Functions that are told what is tried, to follow "Cannot"."""


def calls() -> Iterator[ast.Call]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def text_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "x1" for part in node.values)
        return "".join(map(str, parts))
    return None


def tried() -> set[str]:
    """Return what the source says is tried."""
    given = [
        argument
        for call in calls()
        for argument in (
            *(call.args[:1] if name_of(call) in TRIES else ()),
            *(one.value for one in call.keywords if one.arg == "doing"),
        )
    ]
    return {text for one in given if (text := text_of(one)) and " " in f"{text} "}


def test_whatever_is_tried_has_its_spanish() -> None:
    found = {one for one in tried() if not re.search(r"^x1$|:|%", one)}

    assert len(found) > 15
    for doing in found:
        told = translate(f"Cannot {doing} on store nas: no.", "es")
        assert told != f"No se puede {doing} en el almacén nas: no."
        assert told.startswith("No se puede ")
        assert told.endswith(" en el almacén nas: no.")


def as_pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(form)), re.DOTALL)


def test_whatever_is_wrong_with_an_archive_has_its_spanish() -> None:
    found = texts_given_to("MalformedError", "XzError", files="adapters/archive/*.py")

    assert len(found) > 40
    for what in found:
        told = translate(f"HR.7z is damaged: {what}.", "es")
        assert what not in told
        assert translate(f"HR.dmp came damaged from its host: {what}.", "es").endswith(
            told.partition(": ")[2]
        )


SCRIPTS = "".join(
    path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "adapters").rglob("*.sh"))
)


def refusals() -> list[tuple[str, str]]:
    """Return message and hint of all that a script on the host refuses, and of one without."""
    found = re.findall(r'say error "(.+)"(?:\n *say hint "(.+)")?', SCRIPTS)
    told = []
    for error, hint in found:
        with pytest.raises(RemoteCommandError) as caught:
            parse_answers(f"error={error}\n" + (f"hint={hint}\n" if hint else ""))
        told.append((caught.value.message, caught.value.hint))
    return told


def test_whatever_the_host_refuses_has_its_spanish() -> None:
    assert len(refusals()) > 5
    for message, hint in refusals():
        assert left_in_english(f"{message} {hint}") == []
        assert "cannot" not in translate(message, "es")
        assert "still" not in translate(message, "es")


def test_every_form_of_an_error_is_still_in_use() -> None:
    told = [*MADE, *EXAMPLES, *FOUND, *(hint for _, hint in refusals())]
    for english, _ in ERRORS:
        body = as_pattern(english).pattern
        pattern = re.compile(rf"(?:^|(?<=[.?:] )|(?<=\n)){body}(?=$|\s)", re.DOTALL)
        assert any(map(pattern.search, told)), english


def test_every_part_of_an_error_is_still_in_the_source() -> None:
    texts = [
        text
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and (text := text_of(node))
    ]
    said = [*texts, *re.findall(r'"([^"]*)"', SCRIPTS)]
    # The exit code and the last line are put together.
    examples = ["exit code 2, it said nothing", "exit code 1, cat: no", "ValueError: no"]
    for english, _ in PARTS:
        pattern = as_pattern(english)
        assert any(map(pattern.fullmatch, (*said, *examples))) or any(
            pattern.search(one) for one in texts if len(english) > 20
        ), english


FOUND = {
    one
    for files in ("domain/preflight*.py", "operators/preflight*.py")
    for one in texts_given_to("problem", "warning", files=files)
    # Segments that are too large are a problem where nothing else tells of the next dump.
    if "; the schema's segments take" not in one
}


def test_whatever_the_checks_before_an_export_find_has_its_spanish() -> None:
    assert len(FOUND) > 25
    for english in FOUND:
        assert translate(english, "es") != english
        assert left_in_english(english) == []


HOSTILE = [
    "Folder x"
    + " has y" * 150
    + " free, and the dump may take z" * 45
    + ": the last dump took w" * 50,
    "Cannot " + " on store " * 400,
    "Cannot a on store b: " + ": " * 1_900,
    "x is verified on " + ", and missing on " * 230 + "z",
    "x on y has 1 bytes, " * 150,
    "a. " * 1_300,
    "export." * 500 + " is ",
    "Schema a on " * 300 + "can't be backed up, ",
    "\n  - " * 600,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_translation_of_what_resembles_an_error_takes_no_time(text: str) -> None:
    translate("", "es")
    began = time.process_time()

    translate(text, "es")

    assert time.process_time() - began < 1


def test_what_is_no_text_of_ours_stays_as_it_is() -> None:
    for text in ("Nothing more. " * 500, "The store said: " + "x" * 9_000, "Something else. No."):
        assert translate(text, "es") == text


def test_what_is_too_long_for_a_sentence_keeps_no_other_from_its_spanish() -> None:
    long = "The store said " + "x" * 5_000 + "."

    assert translate(f"{long} {SSHD}", "es") == f"{long} {MIRE}"


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_nothing_breaks_the_translation_of_an_error(text: str) -> None:
    for told in (text, f"Cannot {text} on store {text}: {text}.", f"{SLOW} {text} {SSHD}"):
        assert translate(told, "en") == told
        assert isinstance(translate(told, "es"), str)
    assert translate(f"{SLOW} {text}y", "es").startswith(LENTO[:40])
