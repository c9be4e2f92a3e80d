"""What do verdict, comparison and checks say of an export, in Spanish?"""

from __future__ import annotations

from typing import Final

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
        "takes it, and its change number stays unknown: {error}",
        "El usuario no puede leer V$DATABASE, así que el instante de la exportación será su "
        "comienzo tal como lo toma Data Pump, y no se sabrá su número de cambio (SCN): {error}",
    ),
    (
        "Job {job} of more than {count} days ago neither ended nor lives, and is left alone: "
        "{part}. See DBA_DATAPUMP_JOBS, then remove ~/.oracle-backup/jobs/{name}.",
        "El trabajo {job}, de hace más de {count} días, ni ha terminado ni vive, y se deja como "
        "está: {part}. Mire DBA_DATAPUMP_JOBS y luego borre ~/.oracle-backup/jobs/{name}.",
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
    ("{clause} can't be told: {error}", "No se puede saber {clause}: {error}"),
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
    ("What became of the old job {job}", "qué fue del antiguo trabajo {job}"),
    (
        "Whether the database may write to {name}",
        "si la base de datos puede escribir en {name}",
    ),
    ("What hinders it", "qué la frena"),
    ("Whether it waits for space", "si espera espacio"),
    ("Whether it waits for a lock", "si espera un bloqueo"),
)

FINDINGS: Final = (*_VERDICT, *_COMPARISON, *_CHECKS)
