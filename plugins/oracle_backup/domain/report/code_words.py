"""What does the table of codes say, in Spanish?"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.formats import SPANISH

# By sentence and not by code: many codes share one.
IN_SPANISH: Final = {
    "The dump uses trailer blocks.": "El dump usa bloques de cola (trailer blocks).",
    "Nothing.": "Nada.",
    "Encrypted columns stand unencrypted in the dump.": (
        "Columnas cifradas están sin cifrar en el dump."
    ),
    "Set an encryption password, or encrypt the archive.": (
        "Ponga una contraseña de cifrado, o cifre el archivo."
    ),
    "Encrypted data was exported without a password.": (
        "Se exportaron datos cifrados sin contraseña."
    ),
    "The session is in the root of a container database.": (
        "La sesión está en la raíz de una base de datos contenedora."
    ),
    "Check that the connection leads into the right pluggable database.": (
        "Compruebe que la conexión lleva a la PDB correcta."
    ),
    "The job waited for space or for another resource.": (
        "El trabajo esperó espacio u otro recurso."
    ),
    "Add space to the tablespace or raise the quota. DBA_RESUMABLE names what it waits for.": (
        "Amplíe el tablespace o suba la cuota. DBA_RESUMABLE dice a qué espera."
    ),
    "An object existed before the import and was left alone.": (
        "Un objeto ya existía antes de importar y se dejó como estaba."
    ),
    "Nothing, if the object is the same.": "Nada, si el objeto es el mismo.",
    "A dependent object was skipped; its base object existed.": (
        "Se omitió un objeto dependiente; su objeto base ya existía."
    ),
    "Nothing, if the base object is the same.": "Nada, si el objeto base es el mismo.",
    "An object was created but does not compile.": "Se creó un objeto que no compila.",
    "Compile it once everything it uses is there.": "Compílelo cuando exista todo lo que usa.",
    "A table existed and rows were appended to it.": (
        "Una tabla ya existía y se le añadieron filas."
    ),
    "Check that rows are not doubled.": "Compruebe que no hay filas duplicadas.",
    "A table existed and was emptied before its rows were loaded.": (
        "Una tabla ya existía y se vació antes de cargar sus filas."
    ),
    "Nothing, if that was meant.": "Nada, si era lo que se quería.",
    "A typed command did not fit the state of the job.": (
        "Una orden escrita a mano no encajaba con el estado del trabajo."
    ),
    "The rows of a table are missing from the result.": "Faltan las filas de una tabla.",
    "See the cause below the message, cure it, then run again.": (
        "Mire la causa debajo del mensaje, corríjala y ejecute de nuevo."
    ),
    "A table with LONG columns can't go over a network link.": (
        "Una tabla con columnas LONG no puede ir por un enlace de red."
    ),
    "Export it where it lives, without NETWORK_LINK.": ("Expórtela donde está, sin NETWORK_LINK."),
    "A table with XMLType was skipped.": "Se omitió una tabla con XMLType.",
    "Export it by other means.": "Expórtela por otro medio.",
    "A named object does not exist or can't be exported.": (
        "Un objeto indicado no existe o no se puede exportar."
    ),
    "Correct its name, or grant access to it.": "Corrija su nombre, o conceda acceso a él.",
    "A named schema does not exist or can't be seen.": (
        "Un esquema indicado no existe o no se puede ver."
    ),
    "Correct its name, or grant DATAPUMP_EXP_FULL_DATABASE.": (
        "Corrija su nombre, o conceda DATAPUMP_EXP_FULL_DATABASE."
    ),
    "A named kind of object does not exist here.": ("Una clase de objeto indicada no existe aquí."),
    "Correct INCLUDE and EXCLUDE.": "Corrija INCLUDE y EXCLUDE.",
    "Nothing at all was selected.": "No se seleccionó nada.",
    "Check schema, INCLUDE, EXCLUDE and privileges.": (
        "Compruebe el esquema, INCLUDE, EXCLUDE y los privilegios."
    ),
    "Objects of other schemas were left out of the import.": (
        "Se dejaron fuera de la importación objetos de otros esquemas."
    ),
    "Import as a user with DATAPUMP_IMP_FULL_DATABASE.": (
        "Importe con un usuario que tenga DATAPUMP_IMP_FULL_DATABASE."
    ),
    "A security policy hid rows of a table.": (
        "Una política de seguridad ocultó filas de una tabla."
    ),
    "Export as a user with EXEMPT ACCESS POLICY.": (
        "Exporte con un usuario que tenga EXEMPT ACCESS POLICY."
    ),
    "Metadata of an option could not be written.": (
        "No se pudieron escribir los metadatos de una opción."
    ),
    "Search My Oracle Support for the code; the trace is in the database's alert log.": (
        "Busque el código en My Oracle Support; la traza está en el alert log de la base de datos."
    ),
    "A worker met an unexpected error.": "Un proceso worker encontró un error inesperado.",
    "An object could not be created.": "No se pudo crear un objeto.",
    "See the cause below the message; create the object by hand or import again.": (
        "Mire la causa debajo del mensaje; cree el objeto a mano o importe de nuevo."
    ),
    "A dependent object was skipped; its base object failed.": (
        "Se omitió un objeto dependiente; falló su objeto base."
    ),
    "Cure the base object's error, then import again.": (
        "Corrija el error del objeto base e importe de nuevo."
    ),
    "A table needs a type that was not imported.": (
        "Una tabla necesita un tipo que no se importó."
    ),
    "Import the type first.": "Importe antes el tipo.",
    "A table could not be emptied, so its rows were skipped.": (
        "No se pudo vaciar una tabla, así que se omitieron sus filas."
    ),
    "Cure the cause below the message, then import the table again.": (
        "Corrija la causa que está debajo del mensaje e importe de nuevo la tabla."
    ),
    "A table could not be replaced, so its rows were skipped.": (
        "No se pudo reemplazar una tabla, así que se omitieron sus filas."
    ),
    "Release the lock on the table, then import it again.": (
        "Libere el bloqueo de la tabla e impórtela de nuevo."
    ),
    "A table existed, so its rows were skipped.": (
        "Una tabla ya existía, así que se omitieron sus filas."
    ),
    "Drop the table or set TABLE_EXISTS_ACTION, then import again.": (
        "Borre la tabla o use TABLE_EXISTS_ACTION, e importe de nuevo."
    ),
    "An object was not created for lack of a privilege.": (
        "No se creó un objeto por falta de un privilegio."
    ),
    "Grant the privilege, then import again.": "Conceda el privilegio e importe de nuevo.",
    "A table can't be exported for one of its attributes.": (
        "Una tabla no se puede exportar por uno de sus atributos."
    ),
    "Characters were lost in conversion.": "Se perdieron caracteres en la conversión.",
    "Use a database with the source's character set.": (
        "Use una base de datos con el juego de caracteres del origen."
    ),
    "A table was skipped for its time zone data.": (
        "Se omitió una tabla por sus datos de zona horaria."
    ),
    "Bring both databases to the same time zone version.": (
        "Lleve las dos bases de datos a la misma versión de zonas horarias."
    ),
    "A dump file's checksum is wrong: the file is damaged.": (
        "La suma de control de un fichero del dump es incorrecta: está dañado."
    ),
    "Fetch the dump again from another copy.": "Traiga el dump otra vez, de otra copia.",
    "A dump file is damaged.": "Un fichero del dump está dañado.",
    "Use another copy of the dump.": "Use otra copia del dump.",
    "The dump files named can't be used.": "Los ficheros de dump indicados no sirven.",
    "Correct the export's parameters, then export again.": (
        "Corrija los parámetros de la exportación y exporte de nuevo."
    ),
    "A parameter's value can't be used.": "El valor de un parámetro no sirve.",
    "The job was refused.": "El trabajo fue rechazado.",
    "See the messages below it.": "Mire los mensajes que tiene debajo.",
    "Data Pump met an internal error.": "Data Pump encontró un error interno.",
    "The client left before the job began.": (
        "El cliente se fue antes de que empezara el trabajo."
    ),
    "Run it again.": "Ejecútelo de nuevo.",
    "A worker process died.": "Murió un proceso worker.",
    "A file of the dump set is missing.": "Falta un fichero del dump.",
    "Bring all files of the set together.": "Reúna todos los ficheros del dump.",
    "The job's control process failed.": "Falló el proceso de control del trabajo.",
    "The log file can't be opened.": "No se puede abrir el fichero de log.",
    "Check that the directory object leads to a folder that Oracle may write.": (
        "Compruebe que el objeto directorio lleva a una carpeta en la que Oracle puede escribir."
    ),
    "The directory object does not exist or may not be used.": (
        "El objeto directorio no existe o no se puede usar."
    ),
    "Create it, or grant READ and WRITE on it.": "Créelo, o conceda READ y WRITE sobre él.",
    "The dump files are full and no more may be made.": (
        "Los ficheros de dump están llenos y no se pueden crear más."
    ),
    "Use %L in the dump file's name, or a larger FILESIZE.": (
        "Use %L en el nombre del fichero de dump, o un FILESIZE mayor."
    ),
    "The job met an unexpected error.": "El trabajo encontró un error inesperado.",
    "The user may not work on other users' schemas.": (
        "El usuario no puede trabajar con esquemas de otros usuarios."
    ),
    "Grant DATAPUMP_EXP_FULL_DATABASE.": "Conceda DATAPUMP_EXP_FULL_DATABASE.",
    "A transportable tablespace job was given up.": (
        "Se abandonó un trabajo de tablespaces transportables."
    ),
    "See the list below it.": "Mire la lista que tiene debajo.",
    "The dump comes from a newer version.": "El dump viene de una versión más nueva.",
    "Export with VERSION set to the older database's.": (
        "Exporte con VERSION igual a la de la base de datos más antigua."
    ),
    "The file is not a Data Pump dump.": "El fichero no es un dump de Data Pump.",
    "Use imp for a file that exp made.": "Use imp para un fichero hecho con exp.",
    "The time asked for can't be used.": "El momento pedido no sirve.",
    "Undo reaches back to no such time: let the run export the data of now (missed: now).": (
        "El undo no llega a ese momento: deje que se exporten los datos de ahora (missed: now)."
    ),
    "The user may not export the whole database.": (
        "El usuario no puede exportar la base de datos entera."
    ),
    "The dump can't be unpacked: it is damaged.": (
        "El dump no se puede descomprimir: está dañado."
    ),
    "The dump's time zone version is newer than the database's.": (
        "La versión de zonas horarias del dump es más nueva que la de la base de datos."
    ),
    "Update the database's time zone files.": (
        "Actualice los ficheros de zonas horarias de la base de datos."
    ),
    "A dump file's header is damaged.": "La cabecera de un fichero del dump está dañada.",
    "The job does not exist.": "El trabajo no existe.",
    "Privileges are missing.": "Faltan privilegios.",
    "Grant what the messages below name.": ("Conceda lo que dicen los mensajes que tiene debajo."),
    "The job's control table can't be made.": (
        "No se puede crear la tabla de control del trabajo."
    ),
    "Remove the leftover table, or give the user quota on a tablespace.": (
        "Borre la tabla que quedó, o dé al usuario cuota en un tablespace."
    ),
    "A job of that name exists.": "Ya existe un trabajo con ese nombre.",
    "Wait for it, or remove its control table.": (
        "Espere a que termine, o borre su tabla de control."
    ),
    "All default job names are taken.": (
        "Todos los nombres de trabajo por defecto están ocupados."
    ),
    "Remove the control tables that dead jobs left.": (
        "Borre las tablas de control que dejaron trabajos muertos."
    ),
    "A worker process failed.": "Falló un proceso worker.",
    "The job's control table can't be loaded or written.": (
        "No se puede cargar o escribir la tabla de control del trabajo."
    ),
    "If this is an import, use another copy of the dump.": (
        "Si es una importación, use otra copia del dump."
    ),
    "The client lost its job.": "El cliente perdió su trabajo.",
    "Look for the job in DBA_DATAPUMP_JOBS and read its log on the server.": (
        "Busque el trabajo en DBA_DATAPUMP_JOBS y lea su log en el servidor."
    ),
    "Two modes were asked for at once.": "Se pidieron dos modos a la vez.",
    "The client is newer than the database.": "El cliente es más nuevo que la base de datos.",
    "Use the client of the database's own Oracle home.": (
        "Use el cliente del propio Oracle home de la base de datos."
    ),
    "User or password is wrong.": "El usuario o la contraseña no son correctos.",
    "Check user, password and connect string of the database connection.": (
        "Compruebe usuario, contraseña y cadena de conexión de la conexión a la base de datos."
    ),
    "The connect string is not known.": "La cadena de conexión no se conoce.",
    "Optimizer statistics in the dump may be wrong.": (
        "Las estadísticas del optimizador en el dump pueden ser incorrectas."
    ),
    "Set STATISTICS=NONE, and gather statistics after an import.": (
        "Ponga STATISTICS=NONE, y recoja estadísticas después de importar."
    ),
    "The dump is in another character set than the client's.": (
        "El dump está en otro juego de caracteres que el del cliente."
    ),
    "Set NLS_LANG to the database's character set.": (
        "Ponga en NLS_LANG el juego de caracteres de la base de datos."
    ),
    "CONSISTENT is not possible for SYSDBA.": "CONSISTENT no es posible con SYSDBA.",
    "Export as another user.": "Exporte con otro usuario.",
    "The export failed.": "Falló la exportación.",
    "See the messages above it.": "Mire los mensajes que tiene encima.",
    "The dump file can't be written.": "No se puede escribir el fichero de dump.",
    "Free or add space where the dump is written, then export again.": (
        "Libere o añada espacio donde se escribe el dump y exporte de nuevo."
    ),
    "A segment has no storage definition, so its table is missing.": (
        "Un segmento no tiene definición de almacenamiento, así que falta su tabla."
    ),
    "Use Data Pump, or give the table a segment.": ("Use Data Pump, o dé un segmento a la tabla."),
    "All logon attempts failed.": "Fallaron todos los intentos de conexión.",
    "A table without columns is missing.": "Falta una tabla sin columnas.",
    "Look at the table.": "Mire la tabla.",
    "Oracle refused something.": "Oracle rechazó algo.",
    "See the message below it.": "Mire el mensaje que tiene debajo.",
    "A table is missing for lack of a privilege.": ("Falta una tabla por falta de un privilegio."),
    "Grant EXP_FULL_DATABASE or the table's SELECT.": (
        "Conceda EXP_FULL_DATABASE o SELECT sobre la tabla."
    ),
    "A named user does not exist.": "Un usuario indicado no existe.",
    "Correct the name.": "Corrija el nombre.",
    "A named table does not exist, or has no segment.": (
        "Una tabla indicada no existe, o no tiene segmento."
    ),
    "Correct the name, or use Data Pump.": "Corrija el nombre, o use Data Pump.",
    "Only a DBA may do this.": "Esto solo puede hacerlo un DBA.",
    "Grant EXP_FULL_DATABASE.": "Conceda EXP_FULL_DATABASE.",
    "The dump file can't be opened.": "No se puede abrir el fichero de dump.",
    "Check the folder, its rights and its space.": (
        "Compruebe la carpeta, sus permisos y su espacio."
    ),
    "A security policy may have hidden rows of a table.": (
        "Una política de seguridad puede haber ocultado filas de una tabla."
    ),
    "A table is missing: exp can't handle one of its columns.": (
        "Falta una tabla: exp no admite una de sus columnas."
    ),
    "Use Data Pump.": "Use Data Pump.",
    "The import failed.": "Falló la importación.",
    "Check its name and rights.": "Compruebe su nombre y sus permisos.",
    "The dump file ends too early.": "El fichero de dump termina antes de tiempo.",
    "The file is not a dump of exp.": "El fichero no es un dump de exp.",
    "Use impdp for Data Pump.": "Use impdp para Data Pump.",
    "Only a DBA may import a DBA's dump.": "Solo un DBA puede importar el dump de un DBA.",
    "Grant IMP_FULL_DATABASE.": "Conceda IMP_FULL_DATABASE.",
    "An object existed, so it was skipped.": "Un objeto ya existía, así que se omitió.",
    "Set IGNORE=Y or drop it.": "Ponga IGNORE=Y o bórrelo.",
    "A statement failed.": "Falló una sentencia.",
    "See the statement and the cause below it.": ("Mire la sentencia y la causa que tiene debajo."),
    "A row was refused.": "Se rechazó una fila.",
    "See the cause below it.": "Mire la causa que tiene debajo.",
    "Nothing was named to import.": "No se indicó nada que importar.",
    "A named table is not in the dump.": "Una tabla indicada no está en el dump.",
    "A named user is not in the dump.": "Un usuario indicado no está en el dump.",
    "The dump is damaged.": "El dump está dañado.",
    "The dump may lack partitions.": "Al dump le pueden faltar particiones.",
    "See how the dump was made.": "Mire cómo se hizo el dump.",
    "A type existed with another identity.": "Ya existía un tipo con otra identidad.",
    "Drop the type first.": "Borre antes el tipo.",
    "The file is a Data Pump dump.": "El fichero es un dump de Data Pump.",
    "Use impdp.": "Use impdp.",
    "Statements failed and were put into an SQL file.": (
        "Fallaron sentencias, que se guardaron en un fichero SQL."
    ),
    "Run that file as SYS.": "Ejecute ese fichero como SYS.",
    "A row is there already.": "Una fila ya está ahí.",
    "Empty the table first.": "Vacíe antes la tabla.",
    "The object is locked.": "El objeto está bloqueado.",
    "Wait for the lock to go.": "Espere a que se libere el bloqueo.",
    "The table is not there, or may not be seen.": "La tabla no existe, o no se puede ver.",
    "Grant SELECT.": "Conceda SELECT.",
    "A privilege is missing.": "Falta un privilegio.",
    "Grant it.": "Concédalo.",
    "The database is not running.": "La base de datos no está arrancada.",
    "Start it.": "Arránquela.",
    "The table was changed after the export's point in time.": (
        "La tabla se modificó después del instante de la exportación."
    ),
    (
        "Keep DDL and the statistics window away from the export. A run for a past time shows no "
        "table as it was before its last DDL."
    ): (
        "No haga DDL ni recoja estadísticas durante la exportación. Una ejecución para un momento "
        "pasado no muestra ninguna tabla como era antes de su último DDL."
    ),
    "Undo was overwritten before the table was read.": (
        "El undo se sobrescribió antes de leer la tabla."
    ),
    (
        "Raise UNDO_RETENTION and the undo tablespace above the export's duration; for a run for "
        "a past time, above its age and the duration together."
    ): (
        "Suba UNDO_RETENTION y el tablespace de undo por encima de lo que dura la exportación; en "
        "una ejecución para un momento pasado, por encima de su antigüedad más la duración."
    ),
    "The database knows no change number for the time asked for.": (
        "La base de datos no conoce ningún número de cambio (SCN) para el momento pedido."
    ),
    "Ask for a later time: it remembers a few days at most.": (
        "Pida un momento posterior: recuerda unos pocos días como mucho."
    ),
    "The change number asked for was never reached, or is too old.": (
        "Al número de cambio (SCN) pedido no se ha llegado nunca, o es demasiado antiguo."
    ),
    "Ask for a later one: the database remembers a few days at most.": (
        "Pida uno posterior: la base de datos recuerda unos pocos días como mucho."
    ),
    "The temporary tablespace is full.": "El tablespace temporal está lleno.",
    "Add space to the tablespace or raise the quota.": "Amplíe el tablespace o suba la cuota.",
    "A tablespace is full.": "Un tablespace está lleno.",
    "A user or role is not there.": "Un usuario o rol no existe.",
    "Create it, or ignore this.": "Créelo, o no haga caso.",
    "A user is not there.": "Un usuario no existe.",
    "A role is not there.": "Un rol no existe.",
    "The user has no quota on the tablespace.": "El usuario no tiene cuota en el tablespace.",
    "Rows could not be read or written.": "No se pudieron leer o escribir filas.",
    "See the next message.": "Mire el mensaje siguiente.",
    "The database broke the connection.": "La base de datos cortó la conexión.",
    "Check the listener, the network and the database's alert log.": (
        "Compruebe el listener, la red y el alert log de la base de datos."
    ),
    "There is no connection to the database.": "No hay conexión con la base de datos.",
    "The connection to the database broke.": "Se cortó la conexión con la base de datos.",
    "A line of a call stack.": "Una línea de la pila de llamadas.",
    "The listener does not know the service.": "El listener no conoce el servicio.",
    "There is no listener.": "No hay listener.",
    "The database is open read-only.": "La base de datos está abierta en solo lectura.",
    "Export from the primary.": "Exporte desde la primaria.",
    "A file can't be written.": "No se puede escribir un fichero.",
    "A file can't be opened.": "No se puede abrir un fichero.",
    "Check its path and rights.": "Compruebe su ruta y sus permisos.",
    "The file exists already.": "El fichero ya existe.",
    "Remove it, or let this project choose the name.": (
        "Bórrelo, o deje que este proyecto elija el nombre."
    ),
    "The file was cut short.": "El fichero está cortado.",
    "Use another copy of the file.": "Use otra copia del fichero.",
    "The account is locked.": "La cuenta está bloqueada.",
    "Unlock it.": "Desbloquéela.",
    "The password has expired.": "La contraseña ha caducado.",
    "Set a new password.": "Ponga una contraseña nueva.",
    "The password will expire soon.": "La contraseña caducará pronto.",
    "SYS must connect as SYSDBA.": "SYS debe conectarse como SYSDBA.",
    "A file can't be opened or written.": "No se puede abrir o escribir un fichero.",
    "Check that the folder exists and that Oracle may write there.": (
        "Compruebe que la carpeta existe y que Oracle puede escribir en ella."
    ),
    "A tablespace is not read only.": "Un tablespace no está en solo lectura.",
    "Make it read only first.": "Póngalo antes en solo lectura.",
    "A dump file can't be opened for writing.": (
        "No se puede abrir un fichero de dump para escribir."
    ),
    "The job can't be attached to.": "No es posible conectarse al trabajo.",
    "A dump file can't be opened for reading.": ("No se puede abrir un fichero de dump para leer."),
    "A dump file can't be made.": "No se puede crear un fichero de dump.",
    "The list of what stands in the way follows.": "Sigue la lista de lo que lo impide.",
    "See the list.": "Mire la lista.",
    "expdp gave up.": "expdp abandonó.",
    "impdp gave up.": "impdp abandonó.",
    "The command line can't be read.": "No se puede interpretar la línea de órdenes.",
    "A cause reported by Oracle.": "Una causa que da Oracle.",
    "Not in this project's table.": "No está en la tabla de este proyecto.",
    "Look the code up at docs.oracle.com/error-help/db.": (
        "Busque el código en docs.oracle.com/error-help/db."
    ),
}


def in_language(sentence: str, language: str) -> str:
    """Given a sentence of the table of codes, return it in a language."""
    return IN_SPANISH.get(sentence, sentence) if language == SPANISH else sentence
