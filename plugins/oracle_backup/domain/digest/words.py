"""Which words does a digest have, in English and in Spanish?"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.words import LANGUAGES

WORDS: Final[dict[str, tuple[str, str]]] = {
    # Subject and first line.
    "subject": ("[Oracle backup] {word}", "[Backup Oracle] {word}"),
    "subject.trouble": ("DIGEST: {good} of {count} good", "RESUMEN: {good} de {count} bien"),
    "subject.good.one": ("DIGEST: 1 of 1 good", "RESUMEN: 1 de 1 bien"),
    "subject.good": ("DIGEST: all {count} good", "RESUMEN: bien los {count}"),
    "subject.idle": ("DIGEST: no run was due", "RESUMEN: no tocaba ninguna ejecución"),
    "headline.trouble": (
        "{good} of {count} schemas have their backup. To be looked at: {bad}.",
        "{good} de {count} esquemas tienen su backup. Hay que mirar: {bad}.",
    ),
    "headline.waiting": (
        "{good} of {count} schemas have their backup. Not done yet: {running}.",
        "{good} de {count} esquemas tienen su backup. Sin terminar: {running}.",
    ),
    "headline.good.one": (
        "The one schema that was due has its backup.",
        "El esquema al que le tocaba tiene su backup.",
    ),
    "headline.good": (
        "All {count} schemas that were due have their backup.",
        "Los {count} esquemas a los que les tocaba tienen su backup.",
    ),
    "headline.idle": (
        "No run was due since {since}, and none was made.",
        "No tocaba ninguna ejecución desde {since}, y no hubo ninguna.",
    ),
    # States, as the table has them.
    "state.broken": ("SETTINGS WRONG", "MAL CONFIGURADO"),
    "state.missing": ("NO RUN REPORTED", "SIN NOTICIA"),
    "state.failed": ("FAILED", "FALLIDO"),
    "state.incomplete": ("INCOMPLETE", "INCOMPLETO"),
    "state.skipped": ("SKIPPED", "OMITIDO"),
    "state.running": ("not done yet", "sin terminar"),
    "state.warnings": ("OK (warnings)", "OK (con avisos)"),
    "state.success": ("OK", "OK"),
    "state.idle": ("not due", "no tocaba"),
    "state.several": ("{state}, {bad} of {count} runs bad", "{state}, mal {bad} de {count}"),
    "state.runs": ("{state}, {count} runs", "{state}, {count} veces"),
    # Trouble.
    "trouble.title": ("{schema} on {database}: {state}", "{schema} en {database}: {state}"),
    "trouble.at": ("Run of {moment}.", "Ejecución de {moment}."),
    "missing.why": (
        "A run was due at {due}, and none has reported.",
        "Tocaba una ejecución el {due}, y ninguna ha informado.",
    ),
    "missing.todo": (
        "Look in Airflow whether its DAG is there, is not paused, and has a run for that time.",
        "Mire en Airflow si su DAG está, no está en pausa, y tiene una ejecución de esa hora.",
    ),
    "missing.paused": (
        "Its DAG is paused: nothing backs this schema up. Unpause it in Airflow.",
        "Su DAG está en pausa: nada hace backup de este esquema. Reanúdelo en Airflow.",
    ),
    "missing.stored": (
        "A good backup is on the store all the same; it shows the data of {instant}.",
        "Aun así hay un backup bueno en el destino; muestra los datos de {instant}.",
    ),
    "missing.earlier": (
        "{schema} on {database}: {count} more runs were due and have left no report.",
        "{schema} en {database}: tocaban {count} ejecuciones más, sin informe.",
    ),
    "broken.todo": (
        "Mend the config file; until then this schema has no backup.",
        "Corrija la configuración; hasta entonces este esquema no tiene backup.",
    ),
    "title.earlier": ("Earlier in this time", "Antes, en este plazo"),
    "title.warnings": ("Worth a look", "Conviene mirar"),
    "title.all": ("All schemas", "Todos los esquemas"),
    "title.links": ("In Airflow", "En Airflow"),
    "title.about": ("About this digest", "Sobre este resumen"),
    "about.since": (
        "It tells what was reported from {since} to {until}.",
        "Cuenta lo informado desde {since} hasta {until}.",
    ),
    "about.always": (
        "It is sent also when there is nothing to tell: where it stays away, something is wrong.",
        "Se envía aunque no haya nada que contar: si falta, algo va mal.",
    ),
    "about.problem": (
        "The config's section digest is wrong, and its defaults hold: {problem}",
        "La sección digest de la configuración está mal, y valen sus valores por defecto: "
        "{problem}",
    ),
    # The table.
    "column.schema": ("Schema", "Esquema"),
    "column.state": ("Verdict", "Veredicto"),
    "column.age": ("Data of", "Datos de hace"),
    "column.size": ("Size", "Tamaño"),
    "column.duration": ("Took", "Duró"),
    "age": ("{age} ago", "{age}"),
    "age.none": ("no good one known", "ninguno bueno conocido"),
    "unknown": ("–", "–"),
}


def say(key: str, language: str, **values: object) -> str:
    """Return the text of this key in a language, its placeholders filled."""
    return WORDS[key][LANGUAGES.index(language)].format(**values)
