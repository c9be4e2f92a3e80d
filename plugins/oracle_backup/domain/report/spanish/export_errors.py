"""What do errors of database and export say, and what to do about them, in Spanish?"""

from __future__ import annotations

from typing import Final

_DATABASE: Final = (
    (
        "Cannot reach the database (connection {name}): {said}.",
        "No se puede conectar con la base de datos (conexión {name}): {said}.",
    ),
    (
        "The database refused the login (connection {name}): {said}.",
        "La base de datos rechazó el usuario o la contraseña (conexión {name}): {said}.",
    ),
    (
        "The database refused a statement (connection {name}): {said}.",
        "La base de datos rechazó una sentencia (conexión {name}): {said}.",
    ),
    (
        "Check that the listener runs and that this worker may connect to it.",
        "Compruebe que el listener está en marcha y que este worker puede conectarse.",
    ),
    (
        "Check host, port and service_name of the connection, and that the listener runs.",
        "Compruebe host, puerto y service_name de la conexión, y que el listener está en marcha.",
    ),
    (
        "Mend user and password of the Airflow connection, then clear the task.",
        "Corrija usuario y contraseña de la conexión de Airflow y luego limpie (Clear) la tarea.",
    ),
    (
        "Check the privileges of the backup user: docs/how-to/prepare-a-database.md.",
        "Compruebe los privilegios del usuario de backup: docs/how-to/prepare-a-database.md.",
    ),
)

_JOBS: Final = (
    (
        "Data Pump job {job} can't be stopped, it is still there as {state}: {error}",
        "El trabajo de Data Pump {job} no se puede detener, sigue ahí como {state}: {error}",
    ),
    (
        "Look at DBA_DATAPUMP_JOBS. Once nothing of it runs, a DBA removes what is left: drop "
        "table {name} purge.",
        "Mire DBA_DATAPUMP_JOBS. Cuando nada suyo esté en marcha, un DBA borra lo que quede: drop "
        "table {name} purge.",
    ),
    (
        "Airflow has lost its record of job {job}.",
        "Airflow ha perdido su registro del trabajo {job}.",
    ),
    (
        "The next try looks for the job by its name.",
        "El próximo intento busca el trabajo por su nombre.",
    ),
    (
        "Somebody has stopped job {job} in the database on purpose (STOP_JOB). The database shows "
        "it as {state}. It was not started again, and nothing of it was removed.",
        "Alguien ha detenido a propósito el trabajo {job} en la base de datos (STOP_JOB). La base "
        "de datos lo muestra como {state}. No se ha empezado otra vez, ni se ha borrado nada suyo.",
    ),
    (
        "Somebody has stopped job {job} in the database on purpose (STOP_JOB). The database knows "
        "it no more. It was not started again, and nothing of it was removed.",
        "Alguien ha detenido a propósito el trabajo {job} en la base de datos (STOP_JOB). La base "
        "de datos ya no lo conoce. No se ha empezado otra vez, ni se ha borrado nada suyo.",
    ),
    (
        "To let it go on, attach to it (expdp attach={name}), say START_JOB, and clear the task "
        "export: the job is found again. To give it up, say KILL_JOB there, and clear the task "
        "for a new export.",
        "Para que siga, conéctese a él (expdp attach={name}), dé START_JOB y limpie (Clear) la "
        "tarea export: el trabajo se encuentra de nuevo. Para abandonarlo, dé ahí KILL_JOB y "
        "limpie la tarea para exportar otra vez.",
    ),
    (
        "Job {job} died in the database, as the one before it did: {clause}. It was not started a "
        "third time.",
        "El trabajo {job} murió en la base de datos, como el anterior: {clause}. No se ha "
        "empezado por tercera vez.",
    ),
    (
        "Read the alert log of the instance and the host's system log for a crash, a restart or a "
        "lack of memory. Mend that, then clear the task export.",
        "Busque en el alert log de la instancia y en el log del sistema del servidor una caída, un "
        "reinicio o falta de memoria. Corríjalo y luego limpie (Clear) la tarea export.",
    ),
    (
        "Job {job} took longer than {took}, and it may still run: it could not be stopped.",
        "El trabajo {job} tardó más de {took}, y puede que siga en marcha: no se pudo detener.",
    ),
    (
        "Job {job} took longer than {took} and was stopped in the database.",
        "El trabajo {job} tardó más de {took} y se detuvo en la base de datos.",
    ),
    (
        "Stop it in the database (KILL_JOB). A cleared task stops it before it exports.",
        "Deténgalo en la base de datos (KILL_JOB). Una tarea que se limpia (Clear) lo detiene "
        "antes de exportar.",
    ),
    (
        "Raise export.max_duration, or find out what slowed it down: its log is above.",
        "Suba export.max_duration, o averigüe qué lo frenó: su log está más arriba.",
    ),
    (
        "The job was not touched; the next try finds it again.",
        "El trabajo no se ha tocado; el próximo intento lo encuentra de nuevo.",
    ),
    (
        "Mend the connection, then clear the task: the job is found again.",
        "Corrija la conexión y luego limpie (Clear) la tarea: el trabajo se encuentra de nuevo.",
    ),
    (
        "Job {job} was stopped, and still runs after {took}.",
        "El trabajo {job} se ha detenido, y sigue en marcha después de {took}.",
    ),
    (
        "Job {job} on {place} can't be stopped.",
        "El trabajo {job} en {place} no se puede detener.",
    ),
    (
        "Stop it in the database (KILL_JOB), then clear the task.",
        "Deténgalo en la base de datos (KILL_JOB) y luego limpie (Clear) la tarea.",
    ),
    (
        "Job {job} was told to stop in the database, and after {took} it is still there as "
        "{state}.",
        "Al trabajo {job} se le mandó parar en la base de datos, y después de {took} sigue ahí "
        "como {state}.",
    ),
    (
        "Look at DBA_DATAPUMP_JOBS, and at what its sessions wait for.",
        "Mire DBA_DATAPUMP_JOBS, y a qué esperan sus sesiones.",
    ),
)

_VERDICT: Final = (
    (
        "The export's verdict is {part}: {error}",
        "El veredicto de la exportación es {part}: {error}",
    ),
    ("Mend that.", "Corríjalo."),
    (
        "Then clear the export task to run it again.",
        "Luego limpie (Clear) la tarea export para ejecutarla de nuevo.",
    ),
    (
        "The export of {name} on {namex} is {part}: {error}",
        "La exportación de {name} en {namex} tiene el veredicto {part}: {error}",
    ),
    (
        "It is archived, flagged, and counts as no backup; nothing was pruned. Mend the cause, "
        "then clear the export task.",
        "Está archivada y marcada, y no cuenta como backup; no se ha borrado ninguno. Corrija la "
        "causa y luego limpie (Clear) la tarea export.",
    ),
)

EXPORT_ERRORS: Final = (*_DATABASE, *_JOBS, *_VERDICT)
