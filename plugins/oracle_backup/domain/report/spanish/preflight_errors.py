"""What do the checks before an export say keeps it from starting, in Spanish?"""

from __future__ import annotations

from typing import Final

_AROUND: Final = (
    (
        "Schema {name} on {namex} can't be backed up, {count} problem(s):",
        "No se puede hacer backup del esquema {name} en {namex}, {count} problema(s):",
    ),
    (
        "Nothing was exported. Mend these, then clear the run.",
        "No se ha exportado nada. Corríjalos y luego limpie (Clear) la ejecución.",
    ),
    ("Worth knowing besides:", "Además conviene saber:"),
)

_DATABASE: Final = (
    (
        "The session is in container none, not {name}. Mend service_name of the Oracle connection.",
        "La sesión no está en ningún contenedor, y debe estar en {name}. Corrija service_name de "
        "la conexión de Oracle.",
    ),
    (
        "The session is in container {name}, not {namex}. Mend service_name of the Oracle "
        "connection.",
        "La sesión está en el contenedor {name}, no en {namex}. Corrija service_name de la "
        "conexión de Oracle.",
    ),
    (
        "User {name} has none of the roles {names}, one of which it takes to export schema "
        "{namex}. As a DBA: grant datapump_exp_full_database to {namexx}.",
        "El usuario {name} no tiene ninguno de los roles {names}, y hace falta uno para exportar "
        "el esquema {namex}. Como DBA: grant datapump_exp_full_database to {namexx}.",
    ),
    (
        "There is no schema {name} in this container. Check its name in the config file, and the "
        "service the connection leads to.",
        "No hay ningún esquema {name} en este contenedor. Compruebe su nombre en el fichero de "
        "configuración, y a qué servicio lleva la conexión.",
    ),
    (
        "The backup user sees no directory object {name}. As a DBA: create directory {namex} as "
        "'/a/folder'; grant read, write on directory {namexx} to the backup user.",
        "El usuario de backup no ve ningún objeto directorio {name}. Como DBA: create directory "
        "{namex} as '/una/carpeta'; y grant read, write on directory {namexx} al usuario de "
        "backup.",
    ),
    (
        "The database can't write to directory {name}, {namex}: {error} Grant read and write on it "
        "to the backup user, and let Oracle's system user write to the folder.",
        "La base de datos no puede escribir en el directorio {name}, {namex}: {error} Conceda read "
        "y write sobre él al usuario de backup, y deje que el usuario de sistema de Oracle escriba "
        "en la carpeta.",
    ),
    (
        "A dump of {size} in files of {sizex} takes about {count} files, and before release 12.2 "
        "there can be {countx}. Raise export.file_size.",
        "Un dump de {size} en ficheros de {sizex} ocupa unos {count} ficheros, y antes de la "
        "versión 12.2 puede haber {countx}. Suba export.file_size.",
    ),
    (
        "export.{name} takes a licence of Oracle's for {names}, and `licensed` does not name "
        "{namex}. Name it there if you have it, or take the option out.",
        "export.{name} requiere licencia de Oracle para {names}, y `licensed` no nombra {namex}. "
        "Nómbrela ahí si la tiene, o quite la opción.",
    ),
    (
        "export.{name} is for Enterprise Edition, and the database says it is {said}. Take the "
        "option out.",
        "export.{name} es de Enterprise Edition, y la base de datos dice que es {said}. Quite la "
        "opción.",
    ),
    (
        "export.{name} takes what the database calls {names}, and V$OPTION says it is not there. "
        "Take the option out.",
        "export.{name} necesita lo que la base de datos llama {names}, y V$OPTION dice que no "
        "está. Quite la opción.",
    ),
)

_HOST: Final = (
    (
        "There is no program {name} on {place}. Check environment.oracle_home.",
        "No hay ningún programa {name} en {place}. Compruebe environment.oracle_home.",
    ),
    (
        "The SSH user can't write to ~/.oracle-backup on {place}: the home is full, read-only or "
        "somebody else's. The export's files go there.",
        "El usuario de SSH no puede escribir en ~/.oracle-backup en {place}: el HOME está lleno, "
        "es de solo lectura o es de otro. Ahí van los ficheros de la exportación.",
    ),
    (
        "The SSH user can't read the folder {name} on {place}. Create it, or put the user into the "
        "group that owns it.",
        "El usuario de SSH no puede leer la carpeta {name} en {place}. Créela, o ponga al usuario "
        "en el grupo al que pertenece.",
    ),
    (
        "The SSH user can't write to the folder {name} on {place}, or it is full; exp writes its "
        "dump there.",
        "El usuario de SSH no puede escribir en la carpeta {name} en {place}, o está llena; exp "
        "escribe ahí su dump.",
    ),
    (
        "The SSH user can't read what Oracle writes: {name} on {place}. Put the user into the "
        "group of Oracle's system user.",
        "El usuario de SSH no puede leer lo que escribe Oracle: {name} en {place}. Ponga al "
        "usuario en el grupo del usuario de sistema de Oracle.",
    ),
    (
        "The database has written {name}, and {place} does not show it there: the folder of "
        "directory {namex} is on another machine. Check the SSH and the Oracle connection, and "
        "what is mounted on the host.",
        "La base de datos ha escrito {name}, y {place} no lo muestra ahí: la carpeta del "
        "directorio {namex} está en otra máquina. Compruebe las conexiones SSH y de Oracle, y qué "
        "hay montado en el servidor.",
    ),
    (
        "Folder {name} has {free} free, and the dump may take {size}: the last dump took {dump}. "
        "Free space there or point the directory elsewhere.",
        "La carpeta {name} tiene {free} libres, y el dump puede ocupar {size}: el último dump "
        "ocupó {dump}. Libere espacio ahí o lleve el directorio a otro sitio.",
    ),
    (
        "Folder {name} has {free} free, and the dump may take {size}: the schema's segments take "
        "{dump}. Free space there or point the directory elsewhere.",
        "La carpeta {name} tiene {free} libres, y el dump puede ocupar {size}: los segmentos del "
        "esquema ocupan {dump}. Libere espacio ahí o lleve el directorio a otro sitio.",
    ),
)

PREFLIGHT_ERRORS: Final = (*_AROUND, *_DATABASE, *_HOST)
