"""What is said in Spanish of what befell a run: missed, stopped, standing still?"""

from __future__ import annotations

from typing import Final

_HALF: Final = "Half dump files of job {job}"
_MEDIOS: Final = "Ficheros de dump a medias del trabajo {job}"
_DUE: Final = "This run was due at {when}, {age} ago"
_PREVISTA: Final = "Esta ejecución estaba prevista para el {when}, hace {age}"
_PAST: Final = f"{_DUE}, and can't be exported as of that time: {{clause}}."
_PASADA: Final = f"{_PREVISTA}, y no se pueden exportar los datos de ese momento: {{clause}}."

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
        "the database does not know that instant any more: {error}",
        "la base de datos ya no conoce ese instante: {error}",
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
        "Job {job}: {clause}. The database went on with the job, and it was followed there.",
        "Trabajo {job}: {clause}. La base de datos siguió con el trabajo, y ahí se le siguió.",
    ),
    (
        "Job {job} did not end: {clause}. It was removed, and the export was started once more.",
        "El trabajo {job} no terminó: {clause}. Se borró, y la exportación se empezó otra vez.",
    ),
    (
        "The log of job {job} names no error before its end line: somebody has probably ended it "
        "in the database with KILL_JOB.",
        "El log del trabajo {job} no muestra ningún error antes de la línea final: probablemente "
        "alguien lo ha terminado en la base de datos con KILL_JOB.",
    ),
    (
        "Job {job} still ran on the host and {clause}: it was stopped.",
        "El trabajo {job} seguía en marcha en el servidor y {clause}: se ha detenido.",
    ),
    (
        "Job {job} was {state} in the database: it was stopped and removed.",
        "El trabajo {job} estaba como {state} en la base de datos: se ha detenido y borrado.",
    ),
    (
        "Job {job} is in somebody's hands ({state}): it was left as it is.",
        "El trabajo {job} está en manos de alguien ({state}): se ha dejado como está.",
    ),
    ("Job {job} was stopped: {clause}.", "El trabajo {job} se ha detenido: {clause}."),
    ("Job {job}: {clause}.", "Trabajo {job}: {clause}."),
    (
        f"{_HALF} may be left in {{name}}: {{error}}",
        f"{_MEDIOS} pueden quedar en {{name}}: {{error}}",
    ),
    (f"{_HALF} were removed: {{names}}.", f"{_MEDIOS} se han borrado: {{names}}."),
    (
        f"{_HALF} could not be removed: {{names}}. Remove them by hand, or let the SSH user write "
        "to that folder.",
        f"{_MEDIOS} no se han podido borrar: {{names}}. Bórrelos a mano, o deje que el usuario de "
        "SSH escriba en esa carpeta.",
    ),
    (
        "No dump file of job {job} is left in {name}.",
        "No queda ningún fichero de dump del trabajo {job} en {name}.",
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
        "{clause}, and the database shows the job as {state}",
        "{clause}, y la base de datos muestra el trabajo como {state}",
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

EVENTS: Final = (*_MISSED, *_EXPORT, *_STALL, *_HOST)
