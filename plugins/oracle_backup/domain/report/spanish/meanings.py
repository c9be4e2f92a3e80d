"""What do the meanings of the table of codes say, in Spanish?"""

from __future__ import annotations

from typing import Final

# By sentence and not by code: many codes share one.
MEANINGS: Final = {
    "The dump uses trailer blocks.": "El dump usa bloques de cola (trailer blocks).",
    "Encrypted columns stand unencrypted in the dump.": (
        "Columnas cifradas están sin cifrar en el dump."
    ),
    "Encrypted data was exported without a password.": (
        "Se exportaron datos cifrados sin contraseña."
    ),
    "The session is in the root of a container database.": (
        "La sesión está en la raíz de una base de datos contenedora."
    ),
    "The job waited for space or for another resource.": (
        "El trabajo esperó espacio u otro recurso."
    ),
    "An object existed before the import and was left alone.": (
        "Un objeto ya existía antes de importar y se dejó como estaba."
    ),
    "A dependent object was skipped; its base object existed.": (
        "Se omitió un objeto dependiente; su objeto base ya existía."
    ),
    "An object was created but does not compile.": "Se creó un objeto que no compila.",
    "A table existed and rows were appended to it.": (
        "Una tabla ya existía y se le añadieron filas."
    ),
    "A table existed and was emptied before its rows were loaded.": (
        "Una tabla ya existía y se vació antes de cargar sus filas."
    ),
    "A typed command did not fit the state of the job.": (
        "Una orden escrita a mano no encajaba con el estado del trabajo."
    ),
    "The rows of a table are missing from the result.": "Faltan las filas de una tabla.",
    "A table with LONG columns can't go over a network link.": (
        "Una tabla con columnas LONG no puede ir por un enlace de red."
    ),
    "A table with XMLType was skipped.": "Se omitió una tabla con XMLType.",
    "A named object does not exist or can't be exported.": (
        "Un objeto indicado no existe o no se puede exportar."
    ),
    "A named schema does not exist or can't be seen.": (
        "Un esquema indicado no existe o no se puede ver."
    ),
    "A named kind of object does not exist here.": "Una clase de objeto indicada no existe aquí.",
    "Nothing at all was selected.": "No se seleccionó nada.",
    "Objects of other schemas were left out of the import.": (
        "Se dejaron fuera de la importación objetos de otros esquemas."
    ),
    "A security policy hid rows of a table.": (
        "Una política de seguridad ocultó filas de una tabla."
    ),
    "Metadata of an option could not be written.": (
        "No se pudieron escribir los metadatos de una opción."
    ),
    "A worker met an unexpected error.": "Un proceso worker encontró un error inesperado.",
    "An object could not be created.": "No se pudo crear un objeto.",
    "A dependent object was skipped; its base object failed.": (
        "Se omitió un objeto dependiente; falló su objeto base."
    ),
    "A table needs a type that was not imported.": "Una tabla necesita un tipo que no se importó.",
    "A table could not be emptied, so its rows were skipped.": (
        "No se pudo vaciar una tabla, así que se omitieron sus filas."
    ),
    "A table could not be replaced, so its rows were skipped.": (
        "No se pudo reemplazar una tabla, así que se omitieron sus filas."
    ),
    "A table existed, so its rows were skipped.": (
        "Una tabla ya existía, así que se omitieron sus filas."
    ),
    "An object was not created for lack of a privilege.": (
        "No se creó un objeto por falta de un privilegio."
    ),
    "A table can't be exported for one of its attributes.": (
        "Una tabla no se puede exportar por uno de sus atributos."
    ),
    "Characters were lost in conversion.": "Se perdieron caracteres en la conversión.",
    "A table was skipped for its time zone data.": (
        "Se omitió una tabla por sus datos de zona horaria."
    ),
    "A dump file's checksum is wrong: the file is damaged.": (
        "La suma de control de un fichero del dump es incorrecta: está dañado."
    ),
    "A dump file is damaged.": "Un fichero del dump está dañado.",
    "The dump files named can't be used.": "Los ficheros de dump indicados no sirven.",
    "A parameter's value can't be used.": "El valor de un parámetro no sirve.",
    "The job was refused.": "El trabajo fue rechazado.",
    "Data Pump met an internal error.": "Data Pump encontró un error interno.",
    "The client left before the job began.": "El cliente se fue antes de que empezara el trabajo.",
    "A worker process died.": "Murió un proceso worker.",
    "A file of the dump set is missing.": "Falta un fichero del dump.",
    "The job's control process failed.": "Falló el proceso de control del trabajo.",
    "The log file can't be opened.": "No se puede abrir el fichero de log.",
    "The directory object does not exist or may not be used.": (
        "El objeto directorio no existe o no se puede usar."
    ),
    "The dump files are full and no more may be made.": (
        "Los ficheros de dump están llenos y no se pueden crear más."
    ),
    "The job met an unexpected error.": "El trabajo encontró un error inesperado.",
    "The user may not work on other users' schemas.": (
        "El usuario no puede trabajar con esquemas de otros usuarios."
    ),
    "A transportable tablespace job was given up.": (
        "Se abandonó un trabajo de tablespaces transportables."
    ),
    "The dump comes from a newer version.": "El dump viene de una versión más nueva.",
    "The file is not a Data Pump dump.": "El fichero no es un dump de Data Pump.",
    "The time asked for can't be used.": "El momento pedido no sirve.",
    "The user may not export the whole database.": (
        "El usuario no puede exportar la base de datos entera."
    ),
    "The dump can't be unpacked: it is damaged.": "El dump no se puede descomprimir: está dañado.",
    "The dump's time zone version is newer than the database's.": (
        "La versión de zonas horarias del dump es más nueva que la de la base de datos."
    ),
    "A dump file's header is damaged.": "La cabecera de un fichero del dump está dañada.",
    "The job does not exist.": "El trabajo no existe.",
    "Privileges are missing.": "Faltan privilegios.",
    "The job's control table can't be made.": "No se puede crear la tabla de control del trabajo.",
    "A job of that name exists.": "Ya existe un trabajo con ese nombre.",
    "All default job names are taken.": "Todos los nombres de trabajo por defecto están ocupados.",
    "A worker process failed.": "Falló un proceso worker.",
    "The job's control table can't be loaded or written.": (
        "No se puede cargar o escribir la tabla de control del trabajo."
    ),
    "The client lost its job.": "El cliente perdió su trabajo.",
    "Two modes were asked for at once.": "Se pidieron dos modos a la vez.",
    "The client is newer than the database.": "El cliente es más nuevo que la base de datos.",
    "User or password is wrong.": "El usuario o la contraseña no son correctos.",
    "The connect string is not known.": "La cadena de conexión no se conoce.",
    "Optimizer statistics in the dump may be wrong.": (
        "Las estadísticas del optimizador en el dump pueden ser incorrectas."
    ),
    "The dump is in another character set than the client's.": (
        "El dump está en otro juego de caracteres que el del cliente."
    ),
    "CONSISTENT is not possible for SYSDBA.": "CONSISTENT no es posible con SYSDBA.",
    "The export failed.": "Falló la exportación.",
    "The dump file can't be written.": "No se puede escribir el fichero de dump.",
    "A segment has no storage definition, so its table is missing.": (
        "Un segmento no tiene definición de almacenamiento, así que falta su tabla."
    ),
    "All logon attempts failed.": "Fallaron todos los intentos de conexión.",
    "A table without columns is missing.": "Falta una tabla sin columnas.",
    "Oracle refused something.": "Oracle rechazó algo.",
    "A table is missing for lack of a privilege.": "Falta una tabla por falta de un privilegio.",
    "A named user does not exist.": "Un usuario indicado no existe.",
    "A named table does not exist, or has no segment.": (
        "Una tabla indicada no existe, o no tiene segmento."
    ),
    "Only a DBA may do this.": "Esto solo puede hacerlo un DBA.",
    "The dump file can't be opened.": "No se puede abrir el fichero de dump.",
    "A security policy may have hidden rows of a table.": (
        "Una política de seguridad puede haber ocultado filas de una tabla."
    ),
    "A table is missing: exp can't handle one of its columns.": (
        "Falta una tabla: exp no admite una de sus columnas."
    ),
    "The import failed.": "Falló la importación.",
    "The dump file ends too early.": "El fichero de dump termina antes de tiempo.",
    "The file is not a dump of exp.": "El fichero no es un dump de exp.",
    "Only a DBA may import a DBA's dump.": "Solo un DBA puede importar el dump de un DBA.",
    "An object existed, so it was skipped.": "Un objeto ya existía, así que se omitió.",
    "A statement failed.": "Falló una sentencia.",
    "A row was refused.": "Se rechazó una fila.",
    "Nothing was named to import.": "No se indicó nada que importar.",
    "A named table is not in the dump.": "Una tabla indicada no está en el dump.",
    "A named user is not in the dump.": "Un usuario indicado no está en el dump.",
    "The dump is damaged.": "El dump está dañado.",
    "The dump may lack partitions.": "Al dump le pueden faltar particiones.",
    "A type existed with another identity.": "Ya existía un tipo con otra identidad.",
    "The file is a Data Pump dump.": "El fichero es un dump de Data Pump.",
    "Statements failed and were put into an SQL file.": (
        "Fallaron sentencias, que se guardaron en un fichero SQL."
    ),
    "A row is there already.": "Una fila ya está ahí.",
    "The object is locked.": "El objeto está bloqueado.",
    "The table is not there, or may not be seen.": "La tabla no existe, o no se puede ver.",
    "A privilege is missing.": "Falta un privilegio.",
    "The database is not running.": "La base de datos no está arrancada.",
    "The table was changed after the export's point in time.": (
        "La tabla se modificó después del instante de la exportación."
    ),
    "Undo was overwritten before the table was read.": (
        "El undo se sobrescribió antes de leer la tabla."
    ),
    "The database knows no change number for the time asked for.": (
        "La base de datos no conoce ningún número de cambio (SCN) para el momento pedido."
    ),
    "The change number asked for was never reached, or is too old.": (
        "Al número de cambio (SCN) pedido no se ha llegado nunca, o es demasiado antiguo."
    ),
    "The temporary tablespace is full.": "El tablespace temporal está lleno.",
    "A tablespace is full.": "Un tablespace está lleno.",
    "A user or role is not there.": "Un usuario o rol no existe.",
    "A user is not there.": "Un usuario no existe.",
    "A role is not there.": "Un rol no existe.",
    "The user has no quota on the tablespace.": "El usuario no tiene cuota en el tablespace.",
    "Rows could not be read or written.": "No se pudieron leer o escribir filas.",
    "The database broke the connection.": "La base de datos cortó la conexión.",
    "There is no connection to the database.": "No hay conexión con la base de datos.",
    "The connection to the database broke.": "Se cortó la conexión con la base de datos.",
    "A line of a call stack.": "Una línea de la pila de llamadas.",
    "The listener does not know the service.": "El listener no conoce el servicio.",
    "There is no listener.": "No hay listener.",
    "The database is open read-only.": "La base de datos está abierta en solo lectura.",
    "A file can't be written.": "No se puede escribir un fichero.",
    "A file can't be opened.": "No se puede abrir un fichero.",
    "The file exists already.": "El fichero ya existe.",
    "The file was cut short.": "El fichero está cortado.",
    "The account is locked.": "La cuenta está bloqueada.",
    "The password has expired.": "La contraseña ha caducado.",
    "The password will expire soon.": "La contraseña caducará pronto.",
    "SYS must connect as SYSDBA.": "SYS debe conectarse como SYSDBA.",
    "A file can't be opened or written.": "No se puede abrir o escribir un fichero.",
    "A tablespace is not read only.": "Un tablespace no está en solo lectura.",
    "A dump file can't be opened for writing.": (
        "No se puede abrir un fichero de dump para escribir."
    ),
    "The job can't be attached to.": "No es posible conectarse al trabajo.",
    "A dump file can't be opened for reading.": "No se puede abrir un fichero de dump para leer.",
    "A dump file can't be made.": "No se puede crear un fichero de dump.",
    "The list of what stands in the way follows.": "Sigue la lista de lo que lo impide.",
    "expdp gave up.": "expdp abandonó.",
    "impdp gave up.": "impdp abandonó.",
    "The command line can't be read.": "No se puede interpretar la línea de órdenes.",
    "A cause reported by Oracle.": "Una causa que da Oracle.",
    "Not in this project's table.": "No está en la tabla de este proyecto.",
}
