"""What does the table of codes say is to be done, in Spanish?"""

from __future__ import annotations

from typing import Final

# By sentence and not by code: many codes share one.
REMEDIES: Final = {
    "Nothing.": "Nada.",
    "Set an encryption password, or encrypt the archive.": (
        "Ponga una contraseña de cifrado, o cifre el archivo."
    ),
    "Check that the connection leads into the right pluggable database.": (
        "Compruebe que la conexión lleva a la PDB correcta."
    ),
    "Add space to the tablespace or raise the quota. DBA_RESUMABLE names what it waits for.": (
        "Amplíe el tablespace o suba la cuota. DBA_RESUMABLE dice a qué espera."
    ),
    "Nothing, if the object is the same.": "Nada, si el objeto es el mismo.",
    "Nothing, if the base object is the same.": "Nada, si el objeto base es el mismo.",
    "Compile it once everything it uses is there.": "Compílelo cuando exista todo lo que usa.",
    "Check that rows are not doubled.": "Compruebe que no hay filas duplicadas.",
    "Nothing, if that was meant.": "Nada, si era lo que se quería.",
    "See the cause below the message, cure it, then run again.": (
        "Mire la causa debajo del mensaje, corríjala y ejecute de nuevo."
    ),
    "Export it where it lives, without NETWORK_LINK.": "Expórtela donde está, sin NETWORK_LINK.",
    "Export it by other means.": "Expórtela por otro medio.",
    "Correct its name, or grant access to it.": "Corrija su nombre, o conceda acceso a él.",
    "Correct its name, or grant DATAPUMP_EXP_FULL_DATABASE.": (
        "Corrija su nombre, o conceda DATAPUMP_EXP_FULL_DATABASE."
    ),
    "Correct INCLUDE and EXCLUDE.": "Corrija INCLUDE y EXCLUDE.",
    "Check schema, INCLUDE, EXCLUDE and privileges.": (
        "Compruebe el esquema, INCLUDE, EXCLUDE y los privilegios."
    ),
    "Import as a user with DATAPUMP_IMP_FULL_DATABASE.": (
        "Importe con un usuario que tenga DATAPUMP_IMP_FULL_DATABASE."
    ),
    "Export as a user with EXEMPT ACCESS POLICY.": (
        "Exporte con un usuario que tenga EXEMPT ACCESS POLICY."
    ),
    "Search My Oracle Support for the code; the trace is in the database's alert log.": (
        "Busque el código en My Oracle Support; la traza está en el alert log de la base de datos."
    ),
    "See the cause below the message; create the object by hand or import again.": (
        "Mire la causa debajo del mensaje; cree el objeto a mano o importe de nuevo."
    ),
    "Cure the base object's error, then import again.": (
        "Corrija el error del objeto base e importe de nuevo."
    ),
    "Import the type first.": "Importe antes el tipo.",
    "Cure the cause below the message, then import the table again.": (
        "Corrija la causa que está debajo del mensaje e importe de nuevo la tabla."
    ),
    "Release the lock on the table, then import it again.": (
        "Libere el bloqueo de la tabla e impórtela de nuevo."
    ),
    "Drop the table or set TABLE_EXISTS_ACTION, then import again.": (
        "Borre la tabla o use TABLE_EXISTS_ACTION, e importe de nuevo."
    ),
    "Grant the privilege, then import again.": "Conceda el privilegio e importe de nuevo.",
    "Use a database with the source's character set.": (
        "Use una base de datos con el juego de caracteres del origen."
    ),
    "Bring both databases to the same time zone version.": (
        "Lleve las dos bases de datos a la misma versión de zonas horarias."
    ),
    "Fetch the dump again from another copy.": "Traiga el dump otra vez, de otra copia.",
    "Use another copy of the dump.": "Use otra copia del dump.",
    "Correct the export's parameters, then export again.": (
        "Corrija los parámetros de la exportación y exporte de nuevo."
    ),
    "See the messages below it.": "Mire los mensajes que tiene debajo.",
    "Run it again.": "Ejecútelo de nuevo.",
    "Bring all files of the set together.": "Reúna todos los ficheros del dump.",
    "Check that the directory object leads to a folder that Oracle may write.": (
        "Compruebe que el objeto directorio lleva a una carpeta en la que Oracle puede escribir."
    ),
    "Create it, or grant READ and WRITE on it.": "Créelo, o conceda READ y WRITE sobre él.",
    "Use %L in the dump file's name, or a larger FILESIZE.": (
        "Use %L en el nombre del fichero de dump, o un FILESIZE mayor."
    ),
    "Grant DATAPUMP_EXP_FULL_DATABASE.": "Conceda DATAPUMP_EXP_FULL_DATABASE.",
    "See the list below it.": "Mire la lista que tiene debajo.",
    "Export with VERSION set to the older database's.": (
        "Exporte con VERSION igual a la de la base de datos más antigua."
    ),
    "Use imp for a file that exp made.": "Use imp para un fichero hecho con exp.",
    "Undo reaches back to no such time: let the run export the data of now (missed: now).": (
        "El undo no llega a ese momento: deje que se exporten los datos de ahora (missed: now)."
    ),
    "Update the database's time zone files.": (
        "Actualice los ficheros de zonas horarias de la base de datos."
    ),
    "Grant what the messages below name.": "Conceda lo que dicen los mensajes que tiene debajo.",
    "Remove the leftover table, or give the user quota on a tablespace.": (
        "Borre la tabla que quedó, o dé al usuario cuota en un tablespace."
    ),
    "Wait for it, or remove its control table.": (
        "Espere a que termine, o borre su tabla de control."
    ),
    "Remove the control tables that dead jobs left.": (
        "Borre las tablas de control que dejaron trabajos muertos."
    ),
    "If this is an import, use another copy of the dump.": (
        "Si es una importación, use otra copia del dump."
    ),
    "Look for the job in DBA_DATAPUMP_JOBS and read its log on the server.": (
        "Busque el trabajo en DBA_DATAPUMP_JOBS y lea su log en el servidor."
    ),
    "Use the client of the database's own Oracle home.": (
        "Use el cliente del propio Oracle home de la base de datos."
    ),
    "Check user, password and connect string of the database connection.": (
        "Compruebe usuario, contraseña y cadena de conexión de la conexión a la base de datos."
    ),
    "Set STATISTICS=NONE, and gather statistics after an import.": (
        "Ponga STATISTICS=NONE, y recoja estadísticas después de importar."
    ),
    "Set NLS_LANG to the database's character set.": (
        "Ponga en NLS_LANG el juego de caracteres de la base de datos."
    ),
    "Export as another user.": "Exporte con otro usuario.",
    "See the messages above it.": "Mire los mensajes que tiene encima.",
    "Free or add space where the dump is written, then export again.": (
        "Libere o añada espacio donde se escribe el dump y exporte de nuevo."
    ),
    "Use Data Pump, or give the table a segment.": "Use Data Pump, o dé un segmento a la tabla.",
    "Look at the table.": "Mire la tabla.",
    "See the message below it.": "Mire el mensaje que tiene debajo.",
    "Grant EXP_FULL_DATABASE or the table's SELECT.": (
        "Conceda EXP_FULL_DATABASE o SELECT sobre la tabla."
    ),
    "Correct the name.": "Corrija el nombre.",
    "Correct the name, or use Data Pump.": "Corrija el nombre, o use Data Pump.",
    "Grant EXP_FULL_DATABASE.": "Conceda EXP_FULL_DATABASE.",
    "Check the folder, its rights and its space.": (
        "Compruebe la carpeta, sus permisos y su espacio."
    ),
    "Use Data Pump.": "Use Data Pump.",
    "Check its name and rights.": "Compruebe su nombre y sus permisos.",
    "Use impdp for Data Pump.": "Use impdp para Data Pump.",
    "Grant IMP_FULL_DATABASE.": "Conceda IMP_FULL_DATABASE.",
    "Set IGNORE=Y or drop it.": "Ponga IGNORE=Y o bórrelo.",
    "See the statement and the cause below it.": "Mire la sentencia y la causa que tiene debajo.",
    "See the cause below it.": "Mire la causa que tiene debajo.",
    "See how the dump was made.": "Mire cómo se hizo el dump.",
    "Drop the type first.": "Borre antes el tipo.",
    "Use impdp.": "Use impdp.",
    "Run that file as SYS.": "Ejecute ese fichero como SYS.",
    "Empty the table first.": "Vacíe antes la tabla.",
    "Wait for the lock to go.": "Espere a que se libere el bloqueo.",
    "Grant SELECT.": "Conceda SELECT.",
    "Grant it.": "Concédalo.",
    "Start it.": "Arránquela.",
    (
        "Keep DDL and the statistics window away from the export. A run for a past time shows"
        " no table as it was before its last DDL."
    ): (
        "No haga DDL ni recoja estadísticas durante la exportación. Una ejecución para un "
        "momento pasado no muestra ninguna tabla como era antes de su último DDL."
    ),
    (
        "Raise UNDO_RETENTION and the undo tablespace above the export's duration; for a run "
        "for a past time, above its age and the duration together."
    ): (
        "Suba UNDO_RETENTION y el tablespace de undo por encima de lo que dura la "
        "exportación; en una ejecución para un momento pasado, por encima de su antigüedad "
        "más la duración."
    ),
    "Ask for a later time: it remembers a few days at most.": (
        "Pida un momento posterior: recuerda unos pocos días como mucho."
    ),
    "Ask for a later one: the database remembers a few days at most.": (
        "Pida uno posterior: la base de datos recuerda unos pocos días como mucho."
    ),
    "Add space to the tablespace or raise the quota.": "Amplíe el tablespace o suba la cuota.",
    "Create it, or ignore this.": "Créelo, o no haga caso.",
    "See the next message.": "Mire el mensaje siguiente.",
    "Check the listener, the network and the database's alert log.": (
        "Compruebe el listener, la red y el alert log de la base de datos."
    ),
    "Export from the primary.": "Exporte desde la primaria.",
    "Check its path and rights.": "Compruebe su ruta y sus permisos.",
    "Remove it, or let this project choose the name.": (
        "Bórrelo, o deje que este proyecto elija el nombre."
    ),
    "Use another copy of the file.": "Use otra copia del fichero.",
    "Unlock it.": "Desbloquéela.",
    "Set a new password.": "Ponga una contraseña nueva.",
    "Check that the folder exists and that Oracle may write there.": (
        "Compruebe que la carpeta existe y que Oracle puede escribir en ella."
    ),
    "Make it read only first.": "Póngalo antes en solo lectura.",
    "See the list.": "Mire la lista.",
    "Look the code up at docs.oracle.com/error-help/db.": (
        "Busque el código en docs.oracle.com/error-help/db."
    ),
}
