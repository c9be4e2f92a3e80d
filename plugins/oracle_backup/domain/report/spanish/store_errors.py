"""What do errors of stores and of retention say, and what to do about them, in Spanish?"""

from __future__ import annotations

from typing import Final

_FILES: Final = (
    (
        "{name} on store {place} has {count} bytes after a break, and had {size} before.",
        "{name}, en el almacén {place}, tiene {count} bytes tras un corte, y antes tenía {size}.",
    ),
    ("Something changes files on the store.", "Algo cambia ficheros en el almacén."),
    (
        "{name} on store {place} ends at byte {count}, but was listed with {size}.",
        "{name}, en el almacén {place}, termina en el byte {count}, pero figuraba con {size}.",
    ),
    ("Something shortens files on the store.", "Algo recorta ficheros en el almacén."),
    (
        "Store {place} lists more than {count} entries in {name}.",
        "El almacén {place} lista más de {count} entradas en {name}.",
    ),
    (
        "Give the backups a folder of their own.",
        "Dé a los backups una carpeta para ellos solos.",
    ),
    (
        "{name} on store {place} has {count} bytes after a break, {acknowledged} were "
        "acknowledged and {size} sent.",
        "{name}, en el almacén {place}, tiene {count} bytes tras un corte; se confirmaron "
        "{acknowledged} y se enviaron {size}.",
    ),
    (
        "The server lost what it had accepted, or something else writes there.",
        "El servidor perdió lo que había aceptado, u otra cosa escribe ahí.",
    ),
    (
        "The link to store {place} broke, and its server does not let us go on writing {name}: "
        "{error}",
        "Se cortó el enlace con el almacén {place}, y su servidor no deja seguir escribiendo "
        "{name}: {error}",
    ),
    (
        "Let its user write to files that exist (ProFTPD: AllowOverwrite and AllowStoreRestart), "
        "or see why the link breaks.",
        "Deje que su usuario escriba en ficheros que ya existen (ProFTPD: AllowOverwrite y "
        "AllowStoreRestart), o mire por qué se corta el enlace.",
    ),
    (
        "{name} has {count} bytes, and {size} can be read.",
        "{name} tiene {count} bytes, y se pueden leer {size}.",
    ),
    (
        "{name} on store {place} is there already, with other content.",
        "{name} ya está en el almacén {place}, con otro contenido.",
    ),
    (
        "Move it away if it is not needed, then clear the task.",
        "Quítelo de ahí si no hace falta y luego limpie (Clear) la tarea.",
    ),
    (
        "{name} on store {place} has other content than was sent.",
        "{name}, en el almacén {place}, tiene otro contenido que el enviado.",
    ),
    (
        "{name} on store {place} has None bytes, {size} were sent.",
        "{name} no está en el almacén {place}; se enviaron {size} bytes.",
    ),
    (
        "{name} on store {place} has {count} bytes, {size} were sent.",
        "{name}, en el almacén {place}, tiene {count} bytes; se enviaron {size}.",
    ),
    (
        "Look for something else that writes there, then clear the task.",
        "Mire qué otra cosa escribe ahí y luego limpie (Clear) la tarea.",
    ),
    (
        "{name} on store {place} has {count} bytes, more than the {size} such a file can have.",
        "{name}, en el almacén {place}, tiene {count} bytes, más de los {size} que puede tener un "
        "fichero así.",
    ),
    ("Look at what that file is.", "Mire qué es ese fichero."),
    (
        "{name} is no name for a file on a store.",
        "{name} no es un nombre de fichero para un almacén.",
    ),
    (
        "Names are relative, without '..', empty pieces or control characters.",
        "Los nombres son relativos, sin '..', partes vacías ni caracteres de control.",
    ),
    ("No answer within {took}.", "No respondió en {took}."),
    (
        "It may have too many files, or its server hangs.",
        "Puede que tenga demasiados ficheros, o que su servidor no responda.",
    ),
)

_ROOM: Final = (
    (
        "Store {place} is full ({count} bytes are left): {error}",
        "El almacén {place} está lleno (quedan {count} bytes): {error}",
    ),
    (
        "Store {place} has {free} free, and the archive will have at least {size}.",
        "El almacén {place} tiene {free} libres, y el archivo ocupará al menos {size}.",
    ),
    (
        "Free space there or keep fewer backups, then clear the task.",
        "Libere espacio ahí o conserve menos backups, y luego limpie (Clear) la tarea.",
    ),
)

_TAKEN: Final = (
    (
        "{name} on {place} is the backup of another run: {namex}, job {job}.",
        "{name}, en {place}, es el backup de otra ejecución: {namex}, trabajo {job}.",
    ),
    (
        "Two runs have the same time to the second. Trigger this one anew.",
        "Dos ejecuciones tienen la misma hora, hasta el segundo. Lance esta de nuevo.",
    ),
    (
        "{name} on {place} is there already, and not by this run: it has no manifest.",
        "{name} ya está en {place}, y no es de esta ejecución: no tiene manifiesto.",
    ),
    (
        "Move it away and clear this task, or let archive.file_name give other names. Where "
        "another program backs up the same schema, let one of the two start a minute later.",
        "Quítelo de ahí y limpie (Clear) esta tarea, o haga que archive.file_name dé otros "
        "nombres. Si otro programa hace backup del mismo esquema, que uno de los dos empiece un "
        "minuto después.",
    ),
    (
        "{name} has no manifest on {names}.",
        "{name} no tiene manifiesto en {names}.",
    ),
    (
        "Something removed it. Clear the archive task to send the backup again.",
        "Algo lo borró. Limpie (Clear) la tarea archive para enviar el backup otra vez.",
    ),
    (
        "{name} is verified on {names}, and missing on {namex}:",
        "{name} está comprobado en {names}, y falta en {namex}.",
    ),
    (
        "{name} is verified on {names}, and missing on {namex}: {error}",
        "{name} está comprobado en {names}, y falta en {namex}: {error}",
    ),
    (
        "The copy is made as soon as that store can be written to: clear this task.",
        "La copia se hace en cuanto se pueda escribir en ese almacén: limpie (Clear) esta tarea.",
    ),
)

_RETENTION: Final = (
    (
        "No complete and verified backup would stay on {place}.",
        "No quedaría ningún backup completo y verificado en {place}.",
    ),
    (
        "Nothing was removed. Run the backup once more.",
        "No se ha borrado nada. Haga el backup otra vez.",
    ),
    ("{name} is to stay and to go at once.", "{name} debe quedarse y borrarse a la vez."),
    (
        "Nothing was removed. Mend the retention rules.",
        "No se ha borrado nada. Corrija las reglas de retención.",
    ),
    (
        "{name} on {place}, the newest good backup, is not what it was when the plan was made.",
        "{name}, en {place}, el backup bueno más reciente, no es el que era al hacer el plan.",
    ),
    (
        "Nothing was removed. Look at that backup, then clear the task.",
        "No se ha borrado nada. Mire ese backup y luego limpie (Clear) la tarea.",
    ),
    (
        "The retention policy is empty, which would remove every backup.",
        "La política de retención está vacía, lo que borraría todos los backups.",
    ),
    (
        "Set at least one rule, such as keep_last: 7.",
        "Ponga al menos una regla, como keep_last: 7.",
    ),
    (
        "A backup is listed twice, so it could stay and go at once. Nothing was removed.",
        "Un backup figura dos veces, así que podría quedarse y borrarse a la vez. No se ha borrado "
        "nada.",
    ),
    (
        "Look at the store's folder, then clear the task.",
        "Mire la carpeta del almacén y luego limpie (Clear) la tarea.",
    ),
    (
        "The plan would remove {count} of {countx} {part}, though the newest good one is of "
        "{when}, older than expected. Nothing was removed.",
        "El plan borraría {count} de {countx} {part}, aunque el bueno más reciente es del {when}, "
        "más antiguo de lo esperado. No se ha borrado nada.",
    ),
    (
        "See why no newer backup is there and whether this machine's clock is right, or widen the "
        "retention rules.",
        "Mire por qué no hay un backup más reciente y si el reloj de esta máquina va bien, o "
        "amplíe las reglas de retención.",
    ),
    (
        "The plan would remove {name}, which is pinned. Nothing was removed.",
        "El plan borraría {name}, que está fijado. No se ha borrado nada.",
    ),
    ("Mend the retention rules.", "Corrija las reglas de retención."),
    (
        "The plan would remove {name}, and keep no complete and verified backup as new. Nothing "
        "was removed.",
        "El plan borraría {name}, y no conservaría ningún backup completo y verificado tan "
        "reciente. No se ha borrado nada.",
    ),
    (
        "Run the backup once more, or mend the retention rules.",
        "Haga el backup otra vez, o corrija las reglas de retención.",
    ),
)

STORE_ERRORS: Final = (*_FILES, *_ROOM, *_TAKEN, *_RETENTION)
