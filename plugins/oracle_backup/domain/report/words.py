"""
Which words does a mail have, in English and in Spanish?

Both stand side by side, so that a text can't be changed in one language only. A placeholder is
filled with what is in no language: names, figures, what Oracle says.
"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.formats import SPANISH

LANGUAGES: Final = ("en", SPANISH)

WORDS: Final[dict[str, tuple[str, str]]] = {
    # Subject and first line.
    "subject": (
        "[Oracle backup] {word}: {schema} on {database}",
        "[Backup Oracle] {word}: {schema} en {database}",
    ),
    "word.success": ("OK", "OK"),
    "word.warnings": ("OK (warnings)", "OK (con avisos)"),
    "word.failed": ("FAILED", "FALLIDO"),
    "word.incomplete": ("INCOMPLETE", "INCOMPLETO"),
    "word.skipped": ("SKIPPED", "OMITIDO"),
    "word.stalled": ("STALLED", "PARADO"),
    "headline.good": (
        "Backup of {schema} on {database} is complete and verified.",
        "El backup de {schema} en {database} está completo y verificado.",
    ),
    "headline.warnings": (
        "Backup of {schema} on {database} is complete and verified, with warnings.",
        "El backup de {schema} en {database} está completo y verificado, con avisos.",
    ),
    "headline.later": (
        "Backup of {schema} on {database} is complete and verified, but {where} failed.",
        "El backup de {schema} en {database} está completo y verificado, pero falló {where}.",
    ),
    "headline.later.somewhere": ("a step after it", "un paso posterior"),
    "headline.incomplete": (
        "Backup of {schema} on {database} is INCOMPLETE: data are missing from it.",
        "El backup de {schema} en {database} está INCOMPLETO: le faltan datos.",
    ),
    "headline.incomplete.kept": (
        "It is archived, and does not count.",
        "Está archivado, y no cuenta.",
    ),
    "headline.skipped": (
        "Backup of {schema} on {database} was SKIPPED: {reason}",
        "El backup de {schema} en {database} se ha OMITIDO: {reason}",
    ),
    "headline.failed": (
        "Backup of {schema} on {database} FAILED.",
        "El backup de {schema} en {database} ha FALLADO.",
    ),
    "headline.failed.in": (
        "Backup of {schema} on {database} FAILED in {where}.",
        "El backup de {schema} en {database} ha FALLADO en {where}.",
    ),
    "and": (" and ", " y "),
    # Titles.
    "title.todo": ("What to do", "Qué hacer"),
    "title.problem": ("{step} failed", "Falló {step}"),
    "title.notes": ("What happened to the export", "Qué le pasó a la exportación"),
    "title.why": ("Why {verdict}", "Por qué: {verdict}"),
    "title.warnings": ("Warnings", "Avisos"),
    "title.backup": ("The backup", "El backup"),
    "title.troubled": ("Tables with trouble", "Tablas con problemas"),
    "title.restore": ("Where it is, and how to restore it", "Dónde está y cómo restaurarlo"),
    "title.history": ("Size of the last {count} backups", "Tamaño de los últimos {count} backups"),
    "title.steps": ("Steps", "Pasos"),
    "title.biggest": ("Biggest tables", "Tablas más grandes"),
    "title.retention": ("Retention", "Retención"),
    # Labels and values.
    "label.schema": ("Schema", "Esquema"),
    "label.database": ("Database", "Base de datos"),
    "label.host": ("Oracle host", "Servidor Oracle"),
    "label.due": ("Due", "Previsto"),
    "label.began": ("Began", "Empezó"),
    "label.data": ("Data as of", "Datos a fecha de"),
    "label.verdict": ("Verdict", "Veredicto"),
    "label.tables": ("Tables", "Tablas"),
    "label.note": ("Note", "Nota"),
    "label.run": ("Run", "Ejecución"),
    "link.run": ("Open this run in Airflow", "Abrir esta ejecución en Airflow"),
    "label.archive": ("Archive", "Archivo"),
    "label.where": ("Where", "Dónde"),
    "label.store": ("On {store}", "En {store}"),
    "label.size": ("Size", "Tamaño"),
    "label.encrypted": ("Encrypted", "Cifrado"),
    "label.proof": ("Read back", "Comprobado"),
    "label.sha256": ("SHA-256", "SHA-256"),
    "column.table": ("Table", "Tabla"),
    "column.trouble": ("Trouble", "Problema"),
    "column.rows": ("Rows", "Filas"),
    "column.size": ("Size", "Tamaño"),
    "verdict.complete": ("complete", "completo"),
    "verdict.incomplete": ("incomplete", "incompleto"),
    "verdict.failed": ("failed", "fallido"),
    "verdict.unknown": ("unknown", "desconocido"),
    "verdict.export": ("{verdict}, but only the export's", "{verdict}, pero solo la exportación"),
    "verdict.none": ("none: the export was not judged", "ninguno: la exportación no se juzgó"),
    "verdict.skipped": ("none: the run was skipped", "ninguno: la ejecución se omitió"),
    "tables": ("{tables} with {rows} rows", "{tables} con {rows} filas"),
    "size": (
        "{archive} for a dump of {dump} ({ratio} : 1)",
        "{archive} para un dump de {dump} ({ratio} : 1)",
    ),
    "yes.encrypted": ("yes, AES-256", "sí, AES-256"),
    "no": ("no", "no"),
    "proof.full": ("every byte matched", "coincide cada byte"),
    "proof.hash": ("its SHA-256 matched", "coincide su SHA-256"),
    "proof.size": ("its size matched", "coincide su tamaño"),
    "proof.yes": ("yes, {how}", "sí, {how}"),
    "proof.no": ("NO", "NO"),
    "proof.some": ("NOT ALL COPIES", "NO TODAS LAS COPIAS"),
    "copy.missing": ("NOT THERE, or not proven: {why}", "NO ESTÁ, o no se ha comprobado: {why}"),
    "state.success": ("done", "hecho"),
    "state.failed": ("FAILED", "FALLÓ"),
    "state.upstream_failed": ("not reached", "no se llegó"),
    "state.skipped": ("skipped", "omitido"),
    "state.not run": ("not run", "sin ejecutar"),
    "step": ("{state}, {took}", "{state}, {took}"),
    "more": ("And {count} more: see the log.", "Y {count} más: véase el log."),
    "unrowed": ("Its line in the log has no count.", "Su línea del log no tiene recuento."),
    "trouble": ("{code}: {meaning}", "{code}: {meaning}"),
    "host.unchecked": (
        "Connection '{name}' does not verify the server's host key: anyone on the way could "
        "read or replace the backup.",
        "La conexión '{name}' no verifica la clave del servidor: cualquiera que esté en el "
        "camino podría leer o cambiar el backup.",
    ),
    # The chart.
    "history.alt": (
        "Size and ratio of the last {count} archives, oldest first: {points}.",
        "Tamaño y compresión de los últimos {count} archivos, del más antiguo al más reciente: "
        "{points}.",
    ),
    "history.figures": ("{size} ({ratio} : 1)", "{size} ({ratio} : 1)"),
    "history.bad": ("{point}, does not count", "{point}, no cuenta"),
    # These two are drawn, by a typeface that has no accents.
    "history.sizes": ("Archive", "Archivo"),
    "history.ratios": ("Dump : archive", "Dump : archivo"),
    # Retention.
    "retention.kept": ("Keeps {policy}: {kept}.", "Conserva {policy}: {kept}."),
    "retention.stay": ("{count} stay", "quedan {count}"),
    "retention.stay.on": ("{count} on {store}", "{count} en {store}"),
    "retention.nothing": ("Nothing was removed.", "No se ha borrado nada."),
    "retention.removed": ("Removed: {names}.", "Borrado: {names}."),
    "retention.on": ("{names} on {stores}", "{names} en {stores}"),
    "retention.more": ("{names} and {count} more", "{names} y {count} más"),
    "retention.later": (
        "{count} more go at later runs (max_delete).",
        "Otros {count} se borrarán en próximas ejecuciones (max_delete).",
    ),
    # What to do, by what went wrong.
    "todo.code": ("{code}: {meaning} {todo}", "{code}: {meaning} {todo}"),
    "todo.incomplete": (
        "Mend the cause, then clear the task export with all after it. Until then the newest "
        "good backup is an older one; nothing was pruned.",
        "Corrija la causa y luego limpie (Clear) la tarea export con todas las siguientes. Hasta "
        "entonces, el backup bueno más reciente es uno anterior; no se ha borrado ninguno.",
    ),
    "todo.skipped": (
        "Nothing was exported for this time, and nothing was pruned. To have a backup now, "
        "trigger the DAG by hand.",
        "No se ha exportado nada para esta fecha, ni se ha borrado nada. Para tener un backup "
        "ahora, lance el DAG a mano.",
    ),
    "todo.preflight": (
        "Nothing was exported. Mend what is named, then clear the run.",
        "No se ha exportado nada. Corrija lo que se indica y luego limpie (Clear) la ejecución.",
    ),
    "todo.export": (
        "There is no dump of this run. Mend the cause, then clear the task export with all after "
        "it.",
        "No hay dump de esta ejecución. Corrija la causa y luego limpie (Clear) la tarea export "
        "con todas las siguientes.",
    ),
    "todo.inspect": (
        "What was exported can't be used. Mend the cause, then clear the task export with all "
        "after it. The tool's output is attached.",
        "Lo exportado no sirve. Corrija la causa y luego limpie (Clear) la tarea export con todas "
        "las siguientes. La salida de la herramienta va adjunta.",
    ),
    "todo.archive": (
        "The dump lies on the Oracle host only, and stays there. Mend the store, then clear the "
        "task archive with all after it: nothing is exported again.",
        "El dump está solo en el servidor Oracle, y ahí se queda. Arregle el almacén y luego "
        "limpie (Clear) la tarea archive con todas las siguientes: no se exporta de nuevo.",
    ),
    "todo.verify": (
        "The archive is not proven on every store, and the dump stays on the Oracle host. Mend "
        "the store, then clear the task verify with all after it; after an IntegrityError, clear "
        "archive.",
        "El archivo no está comprobado en todos los almacenes, y el dump se queda en el servidor "
        "Oracle. Arregle el almacén y luego limpie (Clear) la tarea verify con todas las "
        "siguientes; tras un IntegrityError, limpie archive.",
    ),
    "todo.retain": (
        "The backup is good. Nothing, or not all, was pruned: mend the cause, then clear the task "
        "retain.",
        "El backup es bueno. No se ha borrado lo antiguo, o no todo: corrija la causa y luego "
        "limpie (Clear) la tarea retain.",
    ),
    "todo.clean_up": (
        "Files may be left on the Oracle host: give the SSH user the right to remove them, then "
        "clear the task clean_up.",
        "Pueden quedar ficheros en el servidor Oracle: dé al usuario de SSH permiso para "
        "borrarlos y luego limpie (Clear) la tarea clean_up.",
    ),
    "todo.other": (
        "Look at the run in Airflow: the task that failed says why in its log.",
        "Mire la ejecución en Airflow: la tarea que falló dice por qué en su log.",
    ),
    # A step that left no word, and a run that died before its report.
    "silent": (
        "Task {step} failed and left no reason.",
        "La tarea {step} falló sin dejar un motivo.",
    ),
    "silent.hint": (
        "Its worker may have died. Read its log in Airflow.",
        "Puede que su worker haya muerto. Lea su log en Airflow.",
    ),
    "unreported": (
        "This run ended red ({reason}) and its own report did not go out.",
        "Esta ejecución terminó en rojo ({reason}) y su propio informe no salió.",
    ),
    "unreported.reason": ("no reason", "sin motivo"),
    "unreported.hint": (
        "Read its tasks' logs in Airflow. What is on the store and on the host was left as it is.",
        "Lea los logs de sus tareas en Airflow. Lo que hay en el almacén y en el servidor se ha "
        "dejado como está.",
    ),
    "unreported.host": ("not asked", "no se preguntó"),
    # An export that stands still.
    "stall.headline": (
        "The export of {schema} on {database} has stood still since {since} ({cause}): {todo}.",
        "La exportación de {schema} en {database} lleva parada desde el {since} ({cause}): {todo}.",
    ),
    "stall.space": ("it waits for space: {said}", "espera espacio: {said}"),
    "stall.disk": ("{folder} has only {free} free", "{folder} solo tiene {free} libres"),
    "stall.unknown": ("no reason can be told", "no se conoce la causa"),
    "stall.todo.space": (
        "add space to that tablespace, and the export goes on by itself",
        "amplíe ese tablespace, y la exportación sigue sola",
    ),
    "stall.todo.lock": (
        "end the session that blocks it, and the export goes on by itself",
        "termine la sesión que la bloquea, y la exportación sigue sola",
    ),
    "stall.todo.disk": ("free space there", "libere espacio ahí"),
    "stall.todo.unknown": (
        "look at the job in DBA_DATAPUMP_JOBS and at its sessions' waits in V$SESSION, then let "
        "it go on, or mark the task export as failed, which stops it",
        "mire el trabajo en DBA_DATAPUMP_JOBS y las esperas de sus sesiones en V$SESSION, y luego "
        "deje que siga, o marque la tarea export como fallida, lo que lo detiene",
    ),
    "stall.title.says": ("What the database says", "Lo que dice la base de datos"),
    "stall.title.export": ("The export", "La exportación"),
    "stall.label.job": ("Job", "Trabajo"),
    "stall.label.still": ("Still for", "Parada desde hace"),
    "stall.label.log": ("Log", "Log"),
    "stall.label.free": ("Free space", "Espacio libre"),
    "stall.free": ("{free} in {folder}", "{free} en {folder}"),
    "stall.label.deadline": ("Stopped at", "Se detendrá el"),
}


def say(key: str, language: str, **values: object) -> str:
    """Return the text of this key in a language, its placeholders filled."""
    return WORDS[key][LANGUAGES.index(language)].format(**values)
