"""Which words does a notice about a run have, in English and in Spanish?"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.words import LANGUAGES

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title.backup": ("Backup of {schema} on {database}", "Backup de {schema} en {database}"),
    "title.dag": ("DAG {dag}", "DAG {dag}"),
    "subject": ("[Oracle backup] {word}: {title}", "[Backup Oracle] {word}: {title}"),
    "word.success": ("OK", "OK"),
    "word.failed": ("FAILED", "FALLIDO"),
    "word.late": ("LATE", "CON RETRASO"),
    "verdict.success": ("succeeded", "correcto"),
    "verdict.failed": ("failed", "fallido"),
    "verdict.late": ("late", "con retraso"),
    "headline.success": ("{title}: all went well.", "{title}: todo fue bien."),
    "headline.failed": ("{title} FAILED.", "{title}: FALLIDO."),
    "headline.failed.in": ("{title} FAILED in {where}.", "{title}: FALLIDO en {where}."),
    "headline.late": (
        "{title} is late: it was to be done by {deadline}, and has not begun.",
        "{title}: con retraso, debía terminar antes de {deadline}, y no ha empezado.",
    ),
    "headline.late.in": (
        "{title} is late: it was to be done by {deadline}, and is still at {where}.",
        "{title}: con retraso, debía terminar antes de {deadline}, y sigue en {where}.",
    ),
    "and": (" and ", " y "),
    "title.problem": ("{step} failed", "Falló {step}"),
    "title.todo": ("What to do", "Qué hacer"),
    "title.run": ("The run", "La ejecución"),
    "title.steps": ("Steps", "Pasos"),
    "label.dag": ("DAG", "DAG"),
    "label.run": ("Run", "Ejecución"),
    "label.due": ("Due", "Prevista"),
    "label.deadline": ("To be done by", "Debía terminar"),
    "label.reason": ("Airflow says", "Airflow dice"),
    "label.airflow": ("In Airflow", "En Airflow"),
    "todo.failed": (
        "Read the log of the task that failed in Airflow, mend what it names, and clear that task.",
        "Lea en Airflow el log de la tarea que falló, corrija lo que nombra, y límpiela (Clear).",
    ),
    "todo.late": (
        "Nothing was stopped: it goes on, and its report tells how it ended. Read in Airflow "
        "the log of the task it is at.",
        "No se ha detenido nada: sigue, y su informe dirá cómo acabó. Lea en Airflow el log de la "
        "tarea en que está.",
    ),
    "todo.late.export": (
        "Does the export wait? Look at its job in DBA_DATAPUMP_JOBS and at its sessions' waits "
        "in V$SESSION. To stop it, mark the task export as failed.",
        "¿Espera la exportación? Mire su trabajo en DBA_DATAPUMP_JOBS y las esperas de sus "
        "sesiones en V$SESSION. Para detenerla, marque la tarea export como fallida.",
    ),
    "todo.late.archive": (
        "Is the link to the host or to a store slow? The task's log says how fast it goes, and "
        "how long it will still take.",
        "¿Es lento el enlace con el servidor o con un destino? El log de la tarea dice a qué "
        "velocidad va y cuánto le queda.",
    ),
    "todo.late.queued": (
        "Is its DAG paused, another run of it still at work, or Airflow without a free slot?",
        "¿Está su DAG en pausa, sigue otra ejecución, o no tiene Airflow hueco libre?",
    ),
}


def say(key: str, language: str, **values: object) -> str:
    """Return the text of this key in a language, its placeholders filled."""
    return WORDS[key][LANGUAGES.index(language)].format(**values)
