"""Sentences that other parts of the project make, as a Spanish report says them."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain import comparison, lost_job, missed, preflight, preflight_space, verdict
from oracle_backup.domain.log import read_log
from oracle_backup.domain.report.sentences import translate, translate_policy
from oracle_backup.domain.retention import RetentionPolicy
from oracle_backup.domain.retention.span import Span
from oracle_backup.domain.verdict import VerdictRules, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

LOGS = sorted((Path(__file__).resolve().parents[2] / "data" / "export_logs").glob("*.log"))
PACKAGE = Path(inspect.getfile(verdict)).parents[1]


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_every_reason_and_warning_of_a_judgement_has_its_spanish(path: Path) -> None:
    log = read_log(path.read_bytes(), phrases=("Export", "job"))

    for exit_code in (0, 1, 5, None):
        for rules in (
            VerdictRules(),
            VerdictRules(error_phrases=("Export",), warning_phrases=("job",)),
            VerdictRules(tolerate=log.codes, expected_tables=frozenset({("HR", "NOWHERE")})),
        ):
            found = judge(log, exit_code=exit_code, dump_files=[], job_state=None, rules=rules)
            for sentence in (*found.reasons, *found.warnings):
                assert translate(sentence, "en") == sentence
                assert translate(sentence, "es") != sentence


def sentences_of(path: Path, *makers: str) -> Iterator[str]:
    """Return the texts that calls of these functions are given, an x for each value in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in makers:
            for argument in [*node.args, *(one.value for one in node.keywords)]:
                yield from _texts(argument)


def _name(func: ast.expr) -> str:
    return getattr(func, "attr", getattr(func, "id", ""))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            part.value if isinstance(part, ast.Constant) else "x1" for part in node.values
        )


def said_by(module: ModuleType | str, *makers: str) -> list[str]:
    path = PACKAGE / module if isinstance(module, str) else Path(inspect.getfile(module))
    return [text for text in sentences_of(path, *makers) if " " in text]


CANDIDATES = [
    *said_by(verdict, "find", "append"),
    *said_by(comparison, "append"),
    *said_by(preflight, "warning"),
    *said_by(preflight_space, "warning"),
    *said_by(lost_job, "Decision"),
    *said_by(missed, "Decision"),
    *said_by("operators/preflight_findings.py", "warning"),
    *(f"{text} can't be told: x." for text in said_by("operators/preflight_sweep.py", "optional")),
    *(f"{text} can't be told: x." for text in said_by("operators/preflight_host.py", "optional")),
    *(
        f"{text} can't be told: x."
        for text in said_by("operators/preflight_database.py", "optional")
    ),
    *said_by("operators/preflight_database.py", "warning"),
    *said_by("operators/preflight_host.py", "warning"),
    *said_by("operators/preflight_sweep.py", "warning"),
    *said_by("operators/export_end.py", "add_note", "append"),
    *said_by("operators/export_stall.py", "add_note"),
    *said_by("operators/export_leftovers.py", "append"),
    *said_by("operators/host_retention.py", "append"),
]
# Pieces that are put together before they are told: the examples below have them as a whole. And
# what goes to a log only.
PIECES = re.compile(
    r"^x1|x1x1|This run x1|and x1 x1|bytes x1|there x1:|rows x1:|; x1|Tolerated: x1|%[rds]"
)
MADE = [sentence for sentence in CANDIDATES if not PIECES.search(sentence)]


def test_there_are_sentences_to_look_at() -> None:
    assert len(MADE) > 40


@pytest.mark.parametrize("sentence", MADE)
def test_every_sentence_made_for_a_report_has_its_spanish(sentence: str) -> None:
    assert translate(sentence, "es") != sentence


EXAMPLES = {
    'ORA-31693 (ORA-02354, ORA-01555): TABLE_DATA:"HR"."T": The rows of a table are missing from '
    "the result.": (
        'ORA-31693 (ORA-02354, ORA-01555): TABLE_DATA:"HR"."T": Faltan las filas de una tabla.'
    ),
    "Tolerated: ORA-31693: The rows of a table are missing from the result.": (
        "Tolerado: ORA-31693: Faltan las filas de una tabla."
    ),
    "ORA-31693 came 12 more times.": "ORA-31693 apareció 12 veces más.",
    "Oracle counted 3 errors, but the log shows only 1.": (
        "Oracle contó 3 errores, pero el log solo muestra 1."
    ),
    "Without rows: HR.A, HR.B and 3 more.": "Sin filas: HR.A, HR.B y 3 más.",
    "The log ends with: Job stopped, and nothing more.": (
        "El log termina con: Job stopped, and nothing more."
    ),
    "Tables that lost 50 % or more of their rows since the backup of 2026-11-22 02:00 UTC: "
    "A (1,204,118 to 3,022 rows), B (200 to 1 rows).": (
        "Tablas que han perdido el 50 % o más de sus filas desde el backup del 22/11/2026 02:00 "
        "UTC: A (de 1.204.118 a 3.022 filas), B (de 200 a 1 filas)."
    ),
    "The dump set's size changed from 1,234,567 to 12 bytes since the backup of 2026-11-22 02:00 "
    "UTC.": (
        "El tamaño del dump ha pasado de 1.234.567 a 12 bytes desde el backup del 22/11/2026 "
        "02:00 UTC."
    ),
    "The last export took 9.5 s; undo_retention is 5 min 00 s, and the database really kept "
    "6 min 00 s at least. A consistent export that takes longer than undo is kept fails with "
    "ORA-01555: raise undo_retention and the size of the undo tablespace.": (
        "La última exportación tardó 9,5 s; undo_retention es 5 min 00 s, y la base de datos "
        "guardó de hecho 6 min 00 s como mínimo. Una exportación consistente que tarda más de lo "
        "que se guarda el undo falla con ORA-01555: suba undo_retention y el tamaño del "
        "tablespace de undo."
    ),
    "Folder /u02 has 3.1 GiB free, and the schema's segments take 4.0 GiB; the last dump took "
    "1.5 GiB, so the next should fit too.": (
        "La carpeta /u02 tiene 3,1 GiB libres, y los segmentos del esquema ocupan 4,0 GiB; el "
        "último dump ocupó 1,5 GiB, así que el próximo también debería caber."
    ),
    "How large schema HR is can't be told: ORA-00942: table or view does not exist.": (
        "No se puede saber cuánto ocupa el esquema HR: ORA-00942: table or view does not exist."
    ),
    "Tables that are no longer there since the backup of 2026-11-22 02:00 UTC: A, B.": (
        "Tablas que ya no están desde el backup del 22/11/2026 02:00 UTC: A, B."
    ),
    "The export took 61 minutes, and 12 since the backup of 2026-11-22 02:00 UTC.": (
        "La exportación tardó 61 minutos, y 12 en el backup del 22/11/2026 02:00 UTC."
    ),
    "User OB has none of the roles A, B, one of which it takes to export schema HR. As a DBA: "
    "grant datapump_exp_full_database to OB. The export logs in as somebody else, whose roles are "
    "not looked at.": (
        "El usuario OB no tiene ninguno de los roles A, B, y hace falta uno para exportar el "
        "esquema HR. Como DBA: grant datapump_exp_full_database to OB. La exportación entra con "
        "otro usuario, cuyos roles no se miran."
    ),
    "3 dump file(s) of earlier runs take 1.5 GiB in /u02: a.dmp, b.dmp, .... Remove them once "
    "their backups are on the store.": (
        "3 fichero(s) de dump de ejecuciones anteriores ocupan 1,5 GiB en /u02: a.dmp, b.dmp, .... "
        "Bórrelos cuando sus backups estén en el almacén."
    ),
    "Store sftp://nas:22/b has 3.1 GiB free, and the last archive took 4.0 GiB. Free space there, "
    "or keep fewer backups.": (
        "El almacén sftp://nas:22/b tiene 3,1 GiB libres, y el último archivo ocupó 4,0 GiB. "
        "Libere espacio ahí, o conserve menos backups."
    ),
    "Its session 12 waits 2 h 00 min 00 s for enq: TM, which session 14 holds (HR, sqlplus).": (
        "Su sesión 12 espera desde hace 2 h 00 min 00 s por enq: TM, que tiene la sesión 14 (HR, "
        "sqlplus)."
    ),
    "Its session 12 waits 5.0 s for enq: TM, which session 14 holds (who that is, the database "
    "does not tell).": (
        "Su sesión 12 espera desde hace 5,0 s por enq: TM, que tiene la sesión 14 (de quién es, no "
        "lo dice la base de datos)."
    ),
    "Job OB_X_G1: signal 9 ended its client on the host, and the database knows no such job any "
    "more.": (
        "Trabajo OB_X_G1: la señal 9 terminó su cliente en el servidor, y la base de datos ya no "
        "conoce ese trabajo."
    ),
    "Job OB_X_G1 did not end: its client ended with exit code 1, and the database shows the job "
    "as NOT RUNNING. It was removed, and the export was started once more.": (
        "El trabajo OB_X_G1 no terminó: su cliente terminó con código de salida 1, y la base de "
        "datos muestra el trabajo como NOT RUNNING. Se borró, y la exportación se empezó otra vez."
    ),
    "Job OB_X_G1 still ran on the host and its task had ended: it was stopped.": (
        "El trabajo OB_X_G1 seguía en marcha en el servidor y su tarea había terminado: se ha "
        "detenido."
    ),
    "The export stood still from 2026-11-23 02:21:00 UTC on: It waits since 11/23/26 03:21:10 "
    "until this is mended: ORA-01653: unable to extend.": (
        "La exportación estuvo parada desde el 23/11/2026 02:21:00 UTC: Espera desde 11/23/26 "
        "03:21:10 a que se corrija esto: ORA-01653: unable to extend."
    ),
    "On the host stay the dumps of 2 backups: the last 2.": (
        "En el servidor quedan los dumps de 2 backups: los últimos 2."
    ),
    "This run was due at 2026-11-23 03:00 Europe/Madrid, 2 d 5 h ago, and can't be exported as of "
    "that time: undo reaches back 15 min 00 s, and that was 2 d 5 h ago. Nothing is exported "
    "(missed: skip).": (
        "Esta ejecución estaba prevista para el 23/11/2026 03:00 Europe/Madrid, hace 2 d 5 h, y no "
        "se pueden exportar los datos de ese momento: el undo llega 15 min 00 s atrás, y eso fue "
        "hace 2 d 5 h. No se exporta nada (missed: skip)."
    ),
    "This run was due at 2026-11-23 03:00 UTC, 5 d ago, and can't be exported as of that time: "
    "the database does not tell how far back its undo reaches. There is a good backup as of "
    "2026-11-28 02:00:12 UTC, so nothing more is exported (missed: now).": (
        "Esta ejecución estaba prevista para el 23/11/2026 03:00 UTC, hace 5 d, y no se pueden "
        "exportar los datos de ese momento: la base de datos no dice hasta cuándo llega su undo. "
        "Hay un backup bueno con datos del 28/11/2026 02:00:12 UTC, así que no se exporta nada "
        "más (missed: now)."
    ),
}


@pytest.mark.parametrize(("english", "spanish"), EXAMPLES.items(), ids=list(EXAMPLES))
def test_sentence_is_said_in_spanish_with_its_figures(english: str, spanish: str) -> None:
    assert translate(english, "es") == spanish
    assert translate(english, "en") == english


@pytest.mark.parametrize(
    "sentence",
    [
        "Cannot reach the store nas:22: timed out after 10 s.",
        "ORA-31693: but not what the table says of it",
        "",
        "The log ends with: " + "x" * 5_000,
    ],
)
def test_what_is_in_no_form_stays_as_it_is(sentence: str) -> None:
    assert translate(sentence, "es") == sentence


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_nothing_breaks_the_translation(text: str) -> None:
    for sentence in (text, f"The log ends with: {text}", f"Without rows: {text}."):
        assert translate(sentence, "en") == sentence
        assert isinstance(translate(sentence, "es"), str)
    assert translate(f"The log ends with: {text}y", "es").endswith(f"{text}y")


def test_translation_takes_no_time_on_what_resembles_a_form() -> None:
    """A form's pattern looks at each place once or twice, not at all pairs of places."""
    hostile = "This run was due at " + ", 1 ago" * 500

    assert translate(hostile, "es") == hostile


@pytest.mark.parametrize(
    ("policy", "spanish"),
    [
        (RetentionPolicy(last=7, monthly=12), "los últimos 7, 12 mensuales"),
        (RetentionPolicy(last=-1), "todos"),
        (RetentionPolicy(hourly=1, daily=-1, weekly=2, yearly=3), "1 horarios, todos diarios, 2 "
         "semanales, 3 anuales"),
        (
            RetentionPolicy(within=Span(years=1, days=3), within_daily=Span(months=1, hours=2)),
            "todos en 1 año y 3 días, diarios en 1 mes y 2 horas",
        ),
        (RetentionPolicy(within=Span(years=2, months=2, days=1, hours=1)), "todos en 2 años, 2 "
         "meses, 1 día y 1 hora"),
        (RetentionPolicy(), "nada"),
    ],
)  # fmt: skip
def test_policy_is_said_in_spanish(policy: RetentionPolicy, spanish: str) -> None:
    assert translate_policy(policy.in_words(), "es") == spanish
    assert translate_policy(policy.in_words(), "en") == policy.in_words()
