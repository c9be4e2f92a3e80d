"""
Which sentences do other parts of the project make for a report, and how does Spanish say them?

A form is read as `sentences.translate` says. Of two that fit, the first counts.
"""

from __future__ import annotations

from typing import Final

_HALF: Final = "Half dump files of job {name}"
_MEDIOS: Final = "Ficheros de dump a medias del trabajo {name}"
_DUE: Final = "This run was due at {when}, {age} ago"
_PREVISTA: Final = "Esta ejecución estaba prevista para el {when}, hace {age}"
_PAST: Final = f"{_DUE}, and can't be exported as of that time: {{clause}}."
_PASADA: Final = f"{_PREVISTA}, y no se pueden exportar los datos de ese momento: {{clause}}."
_ROLES: Final = (
    "User {name} has none of the roles {names}, one of which it takes to export schema {namex}. "
    "As a DBA: grant datapump_exp_full_database to {namexx}."
)

# The verdict.
_VERDICT: Final = (
    (
        "This is no log of expdp, impdp, exp or imp.",
        "Esto no es un log de expdp, impdp, exp ni imp.",
    ),
    (
        "No line end follows the end line: the log may be cut off. No exit code confirms it.",
        "Tras la línea final no hay salto de línea: el log puede estar cortado. Ningún código de "
        "salida lo confirma.",
    ),
    (
        "The end line says success, yet the log shows {clause} that Oracle counts: one of them "
        "can't be true.",
        "La línea final dice que fue bien, pero el log muestra {clause} que Oracle cuenta: una de "
        "las dos cosas no puede ser cierta.",
    ),
    ("1 error", "1 error"),
    ("{count} errors", "{count} errores"),
    ("The job is still there, in state {name}.", "El trabajo sigue ahí, en estado {name}."),
    (
        "The job did not end: it is in state {name}.",
        "El trabajo no terminó: está en estado {name}.",
    ),
    (
        "The log has no end line and the tool ended with exit code 1.",
        "El log no tiene línea final y la herramienta terminó con código de salida 1.",
    ),
    (
        "The log has no end line: it is cut off, the tool was killed, or it still runs.",
        "El log no tiene línea final: está cortado, mataron la herramienta o sigue en marcha.",
    ),
    (
        "The client lost its job, which may still run or have ended well in the database.",
        "El cliente perdió su trabajo, que puede seguir en marcha o haber terminado bien en la "
        "base de datos.",
    ),
    ("The log ends with: {said}", "El log termina con: {said}"),
    (
        "The tool gave up before there was a job.",
        "La herramienta abandonó antes de que hubiera un trabajo.",
    ),
    (
        "Oracle counted {clause}, but the log shows only {count}.",
        "Oracle contó {clause}, pero el log solo muestra {count}.",
    ),
    (
        "The tool ended with warnings, but the log shows none.",
        "La herramienta terminó con avisos, pero el log no muestra ninguno.",
    ),
    ("{name} came {count} more times.", "{name} apareció {count} veces más."),
    ("Without rows: {clause}.", "Sin filas: {clause}."),
    ("Tables without a row line: {clause}.", "Tablas sin línea de filas: {clause}."),
    (
        "The job ran in the root of a container database. It found no table there.",
        "El trabajo se ejecutó en la raíz de una base de datos contenedora. Ahí no encontró "
        "ninguna tabla.",
    ),
    (
        "The job ran in the root of a container database.",
        "El trabajo se ejecutó en la raíz de una base de datos contenedora.",
    ),
    (
        "Characters may have been converted: NLS_LANG differs from the database.",
        "Puede que se hayan convertido caracteres: NLS_LANG no coincide con la base de datos.",
    ),
    (
        "It was only an estimate: there is no dump.",
        "Era solo una estimación: no hay dump.",
    ),
    (
        "The log does not say which dump files were written.",
        "El log no dice qué ficheros de dump se escribieron.",
    ),
    ("There is no dump file.", "No hay ningún fichero de dump."),
    (
        "Dump files missing or empty: {clause}.",
        "Ficheros de dump que faltan o están vacíos: {clause}.",
    ),
    (
        'The log holds the error phrase "{said}".',
        "El log contiene la frase de error «{said}».",
    ),
    (
        'The log holds the warning phrase "{said}".',
        "El log contiene la frase de advertencia «{said}».",
    ),
    (
        "Exit code {count} does not fit the log's end line, which was believed.",
        "El código de salida {count} no concuerda con la línea final del log, que es la que vale.",
    ),
    (
        "The job ended, and none of its errors spoils the result.",
        "El trabajo terminó, y ninguno de sus errores estropea el resultado.",
    ),
    ("The job ended successfully.", "El trabajo terminó bien."),
)

# What differs from the backup before.
_COMPARISON: Final = (
    (
        "Tables that are no longer there since the backup of {when} UTC: {clause}.",
        "Tablas que ya no están desde el backup del {when} UTC: {clause}.",
    ),
    (
        "Tables that lost {percent} % or more of their rows since the backup of {when} UTC: "
        "{clause}.",
        "Tablas que han perdido el {percent} % o más de sus filas desde el backup del {when} UTC: "
        "{clause}.",
    ),
    (
        "The dump set's size changed from {before} to {after} bytes since the backup of {when} "
        "UTC.",
        "El tamaño del dump ha pasado de {before} a {after} bytes desde el backup del {when} UTC.",
    ),
    (
        "The export took {after} minutes, and {before} since the backup of {when} UTC.",
        "La exportación tardó {after} minutos, y {before} en el backup del {when} UTC.",
    ),
)

# Checks before the export.
_CHECKS: Final = (
    (
        "The user can't read V$DATABASE, so the export's instant will be its start as Data Pump "
        "takes it, and its change number stays unknown: {said}",
        "El usuario no puede leer V$DATABASE, así que el instante de la exportación será su "
        "comienzo tal como lo toma Data Pump, y no se sabrá su número de cambio (SCN): {said}",
    ),
    (
        "Job {name} of more than {count} days ago neither ended nor lives, and is left alone: "
        "{said}. See DBA_DATAPUMP_JOBS, then remove ~/.oracle-backup/jobs/{namex}.",
        "El trabajo {name}, de hace más de {count} días, ni ha terminado ni vive, y se deja como "
        "está: {said}. Mire DBA_DATAPUMP_JOBS y luego borre ~/.oracle-backup/jobs/{namex}.",
    ),
    (
        f"{_ROLES} The export logs in as somebody else, whose roles are not looked at.",
        "El usuario {name} no tiene ninguno de los roles {names}, y hace falta uno para exportar "
        "el esquema {namex}. Como DBA: grant datapump_exp_full_database to {namexx}. La "
        "exportación entra con otro usuario, cuyos roles no se miran.",
    ),
    (
        "The last export took {took}; undo_retention is {kept}, and the database really kept "
        "{really} at least. A consistent export that takes longer than undo is kept fails with "
        "ORA-01555: raise undo_retention and the size of the undo tablespace.",
        "La última exportación tardó {took}; undo_retention es {kept}, y la base de datos guardó "
        "de hecho {really} como mínimo. Una exportación consistente que tarda más de lo que se "
        "guarda el undo falla con ORA-01555: suba undo_retention y el tamaño del tablespace de "
        "undo.",
    ),
    (
        "The last export took {took}; undo_retention is {kept}. A consistent export that takes "
        "longer than undo is kept fails with ORA-01555: raise undo_retention and the size of the "
        "undo tablespace.",
        "La última exportación tardó {took}; undo_retention es {kept}. Una exportación "
        "consistente que tarda más de lo que se guarda el undo falla con ORA-01555: suba "
        "undo_retention y el tamaño del tablespace de undo.",
    ),
    (
        "{count} dump file(s) of earlier runs take {size} in {name}: {names}. Remove them once "
        "their backups are on the store.",
        "{count} fichero(s) de dump de ejecuciones anteriores ocupan {size} en {name}: {names}. "
        "Bórrelos cuando sus backups estén en el almacén.",
    ),
    (
        "Folder {name} has {free} free, and the schema's segments take {size}; the last dump took "
        "{dump}, so the next should fit too.",
        "La carpeta {name} tiene {free} libres, y los segmentos del esquema ocupan {size}; el "
        "último dump ocupó {dump}, así que el próximo también debería caber.",
    ),
    (
        "~/.oracle-backup on the host has {free} free, and the output of the export is written "
        "there. Free some space.",
        "~/.oracle-backup en el servidor tiene {free} libres, y ahí se escribe la salida de la "
        "exportación. Libere espacio.",
    ),
    (
        "Store {name} has {free} free, and the schema's segments take {size}. There is no backup "
        "yet to tell how large the archive will be.",
        "El almacén {name} tiene {free} libres, y los segmentos del esquema ocupan {size}. Aún no "
        "hay ningún backup que diga cuánto ocupará el archivo.",
    ),
    (
        "Store {name} has {free} free, and the last archive took {size}. Free space there, or "
        "keep fewer backups.",
        "El almacén {name} tiene {free} libres, y el último archivo ocupó {size}. Libere espacio "
        "ahí, o conserve menos backups.",
    ),
    ("{clause} can't be told: {said}", "No se puede saber {clause}: {said}"),
    ("The database's character set", "el juego de caracteres de la base de datos"),
    ("Whether the user may export the schema", "si el usuario puede exportar el esquema"),
    ("How large schema {name} is", "cuánto ocupa el esquema {name}"),
    ("The edition of the database", "la edición de la base de datos"),
    ("Which options the database has", "qué opciones tiene la base de datos"),
    ("Whether undo is kept for long enough", "si el undo se guarda el tiempo suficiente"),
    ("How far back undo reaches", "hasta cuándo llega el undo"),
    (
        "Whether the probe {name} was removed from {namex}",
        "si la prueba {name} se borró de {namex}",
    ),
    ("What became of the old job {name}", "qué fue del antiguo trabajo {name}"),
    (
        "Whether the database may write to {name}",
        "si la base de datos puede escribir en {name}",
    ),
    ("What hinders it", "qué la frena"),
    ("Whether it waits for space", "si espera espacio"),
    ("Whether it waits for a lock", "si espera un bloqueo"),
)

# What became of a missed run.
_MISSED: Final = (
    (
        f"{_DUE}: too late to start (start_late_limit).",
        f"{_PREVISTA}: demasiado tarde para empezar (start_late_limit).",
    ),
    (
        f"{_DUE}. It exports the data as of that time.",
        f"{_PREVISTA}. Exporta los datos de ese momento.",
    ),
    (
        f"{_PAST} Nothing is exported (missed: skip).",
        f"{_PASADA} No se exporta nada (missed: skip).",
    ),
    (
        f"{_PAST} It exports the data of now, for all missed runs (missed: now).",
        f"{_PASADA} Exporta los datos de ahora, para todas las ejecuciones perdidas (missed: now).",
    ),
    (
        f"{_PAST} {{clausex}}, so nothing more is exported (missed: now).",
        f"{_PASADA} {{clausex}}, así que no se exporta nada más (missed: now).",
    ),
    (
        "the database does not tell how far back its undo reaches",
        "la base de datos no dice hasta cuándo llega su undo",
    ),
    (
        "undo reaches back {reach}, and that was {age} ago and the export takes its time",
        "el undo llega {reach} atrás, y eso fue hace {age}, más lo que dura la exportación",
    ),
    (
        "undo reaches back {reach}, and that was {age} ago",
        "el undo llega {reach} atrás, y eso fue hace {age}",
    ),
    (
        "the clocks have changed since, so the instant would be an hour off",
        "desde entonces ha cambiado la hora, así que el instante se desviaría una hora",
    ),
    (
        "only a consistent export with expdp can show a past instant",
        "solo una exportación consistente con expdp puede mostrar un instante pasado",
    ),
    (
        "the database does not know that instant any more: {said}",
        "la base de datos ya no conoce ese instante: {said}",
    ),
    (
        "There is a good backup as of {when} UTC",
        "Hay un backup bueno con datos del {when} UTC",
    ),
    (
        "Run {name} is exporting the data of now",
        "La ejecución {name} está exportando los datos de ahora",
    ),
)

# What befell the export.
_EXPORT: Final = (
    (
        "Job {name}: {clause}. The database went on with the job, and it was followed there.",
        "Trabajo {name}: {clause}. La base de datos siguió con el trabajo, y ahí se le siguió.",
    ),
    (
        "Job {name} did not end: {clause}. It was removed, and the export was started once more.",
        "El trabajo {name} no terminó: {clause}. Se borró, y la exportación se empezó otra vez.",
    ),
    (
        "The log of job {name} names no error before its end line: somebody has probably ended it "
        "in the database with KILL_JOB.",
        "El log del trabajo {name} no muestra ningún error antes de la línea final: probablemente "
        "alguien lo ha terminado en la base de datos con KILL_JOB.",
    ),
    (
        "Job {name} still ran on the host and {clause}: it was stopped.",
        "El trabajo {name} seguía en marcha en el servidor y {clause}: se ha detenido.",
    ),
    (
        "Job {name} was {namex} in the database: it was stopped and removed.",
        "El trabajo {name} estaba como {namex} en la base de datos: se ha detenido y borrado.",
    ),
    (
        "Job {name} is in somebody's hands ({namex}): it was left as it is.",
        "El trabajo {name} está en manos de alguien ({namex}): se ha dejado como está.",
    ),
    ("Job {name} was stopped: {clause}.", "El trabajo {name} se ha detenido: {clause}."),
    ("Job {name}: {clause}.", "Trabajo {name}: {clause}."),
    (
        f"{_HALF} may be left in {{namex}}: {{said}}",
        f"{_MEDIOS} pueden quedar en {{namex}}: {{said}}",
    ),
    (f"{_HALF} were removed: {{names}}.", f"{_MEDIOS} se han borrado: {{names}}."),
    (
        f"{_HALF} could not be removed: {{names}}. Remove them by hand, or let the SSH user write "
        "to that folder.",
        f"{_MEDIOS} no se han podido borrar: {{names}}. Bórrelos a mano, o deje que el usuario de "
        "SSH escriba en esa carpeta.",
    ),
    (
        "No dump file of job {name} is left in {namex}.",
        "No queda ningún fichero de dump del trabajo {name} en {namex}.",
    ),
    (
        "The export stood still from {when} UTC on: {clause}.",
        "La exportación estuvo parada desde el {when} UTC: {clause}.",
    ),
    (
        "It was seen to move again at {when} UTC.",
        "Se la vio moverse de nuevo el {when} UTC.",
    ),
    ("{clause}, and its log decides", "{clause}, y decide su log"),
    (
        "{clause}, and its log ends with a fatal error",
        "{clause}, y su log termina con un error fatal",
    ),
    (
        "{clause}, and the database can't be asked",
        "{clause}, y no se puede preguntar a la base de datos",
    ),
    (
        "{clause}, and the database knows no such job any more",
        "{clause}, y la base de datos ya no conoce ese trabajo",
    ),
    (
        "{clause}, and the database shows the job as {name}",
        "{clause}, y la base de datos muestra el trabajo como {name}",
    ),
    (
        "its directory under ~/.oracle-backup/jobs is gone from the host",
        "su carpeta bajo ~/.oracle-backup/jobs ya no está en el servidor",
    ),
    (
        "its client is gone from the host without an exit code (the host was started anew, its "
        "disk is full, or somebody killed the process)",
        "su cliente ya no está en el servidor y no dejó código de salida (el servidor se reinició, "
        "su disco está lleno o alguien mató el proceso)",
    ),
    (
        "signal {count} ended its client on the host",
        "la señal {count} terminó su cliente en el servidor",
    ),
    (
        "its client ended with exit code {count}",
        "su cliente terminó con código de salida {count}",
    ),
    ("it took longer than max_duration", "tardó más de max_duration"),
    ("the task was ended by hand", "la tarea se terminó a mano"),
    ("it had died", "había muerto"),
    ("its export has failed", "su exportación ha fallado"),
    ("its task had ended", "su tarea había terminado"),
    ("its client had died", "su cliente había muerto"),
    ("another export takes its place", "otra exportación ocupa su lugar"),
)

# What became of the dumps on the host.
_HOST: Final = (
    (
        "On the host stay the dumps of 1 backup: {policy}.",
        "En el servidor queda el dump de 1 backup: {policy}.",
    ),
    (
        "On the host stay the dumps of {count} backups: {policy}.",
        "En el servidor quedan los dumps de {count} backups: {policy}.",
    ),
    (
        "From the host went the dumps of {names}.",
        "Del servidor se han borrado los dumps de {names}.",
    ),
    (
        "The dumps of {count} more go at later runs, as one removes {limit} at most "
        "(host_retention.max_delete).",
        "Los dumps de otros {count} se borrarán en próximas ejecuciones, pues una borra {limit} "
        "como mucho (host_retention.max_delete).",
    ),
    (
        "In {name} on the host lie dumps of {namex} that no manifest names, so nothing removes "
        "them: {names}.",
        "En {name}, en el servidor, hay dumps de {namex} que ningún manifiesto nombra, así que "
        "nada los borra: {names}.",
    ),
)

# What a standing export waits for.
_STALL: Final = (
    (
        "It waits since {when} until this is mended: {said}",
        "Espera desde {when} a que se corrija esto: {said}",
    ),
    (
        "Its session {count} waits {took} for {said}, which session {name} holds (who that is, "
        "the database does not tell).",
        "Su sesión {count} espera desde hace {took} por {said}, que tiene la sesión {name} (de "
        "quién es, no lo dice la base de datos).",
    ),
    (
        "Its session {count} waits {took} for {said}, which session {name} holds ({names}).",
        "Su sesión {count} espera desde hace {took} por {said}, que tiene la sesión {name} "
        "({names}).",
    ),
    ("it waits for space: {said}", "espera espacio: {said}"),
    ("{name} has only {free} free", "{name} solo tiene {free} libres"),
    ("no reason can be told", "no se conoce la causa"),
)

FORMS: Final = (
    *(*_VERDICT, *_COMPARISON, *_CHECKS, *_MISSED),
    *(*_EXPORT, *_STALL, *_HOST),
)
"""Pairs of an English form and its Spanish one, with the same placeholders."""

POLICY: Final = {
    "the last": "los últimos",
    "all": "todos",
    "hourly": "horarios",
    "daily": "diarios",
    "weekly": "semanales",
    "monthly": "mensuales",
    "yearly": "anuales",
    "within": "en",
    "and": "y",
    "year": "año",
    "years": "años",
    "month": "mes",
    "months": "meses",
    "day": "día",
    "days": "días",
    "hour": "hora",
    "hours": "horas",
    "nothing": "nada",
}
"""Words of a retention policy, which has no others."""
