"""What do errors of the Oracle host say, and what do they say is to be done, in Spanish?"""

from __future__ import annotations

from typing import Final

_MESSAGES: Final = (
    # A store says so too.
    (
        "Cannot go on reading {name} on {place}: {part}.",
        "No se puede seguir leyendo {name} en {place}: {part}.",
    ),
    (
        "Cannot go on writing {name} on {place}: {part}.",
        "No se puede seguir escribiendo {name} en {place}: {part}.",
    ),
    ("Cannot {part} on {place}: {partx}.", "No se puede {part} en {place}: {partx}."),
    ("A signal ended a command on {place}.", "Una señal terminó una orden en {place}."),
    (
        "A command on {place} closed its output, but did not end.",
        "Una orden en {place} cerró su salida, pero no terminó.",
    ),
    (
        "A script on {place} did not end within {took} and was left.",
        "Un script en {place} no terminó en {took} y se ha abandonado.",
    ),
    (
        "A script on {place} did not end within {took}.",
        "Un script en {place} no terminó en {took}.",
    ),
    (
        "A script on {place} wrote more than {size} bytes of output and was left.",
        "Un script en {place} escribió más de {size} bytes de salida y se ha abandonado.",
    ),
    ("There is no file {name} on {place}.", "No hay ningún fichero {name} en {place}."),
    (
        "The SSH user may not remove {names} on {place}.",
        "El usuario de SSH no puede borrar {names} en {place}.",
    ),
    ("The SSH user can't read {name}.", "El usuario de SSH no puede leer {name}."),
    ("The Oracle host refused: {part}.", "El servidor Oracle se negó: {part}."),
    (
        "The Oracle host's answer about the job can't be read: {said}.",
        "No se puede leer la respuesta del servidor Oracle sobre el trabajo: {said}.",
    ),
    (
        "The Oracle host {place} did not start the export; it said: {said}.",
        "El servidor Oracle {place} no empezó la exportación; dijo: {said}.",
    ),
    (
        "The Oracle host did not answer for so long that the wait for job {job} was given up: "
        "{part}.",
        "El servidor Oracle no ha respondido en tanto tiempo que se dejó de esperar al trabajo "
        "{job}: {part}.",
    ),
    (
        "The Oracle host refused the connection {name} while job {job} ran: {part}.",
        "El servidor Oracle rechazó la conexión {name} con el trabajo {job} en marcha: {part}.",
    ),
    (
        "Oracle host {place} packed {name} and did not tell its SHA-256.",
        "El servidor Oracle {place} comprimió {name} y no dijo su SHA-256.",
    ),
    (
        "This runs on {name}, and the export on {namex}. With host_conn_id local both must be the "
        "same machine.",
        "Esto se ejecuta en {name}, y la exportación en {namex}. Con host_conn_id local, las dos "
        "deben ser la misma máquina.",
    ),
    (
        "{name} on {place} ended at byte {count} of {size}.",
        "{name}, en {place}, terminó en el byte {count} de {size}.",
    ),
    (
        "{name} on {place} had {size} bytes when the export was judged, and is gone.",
        "{name}, en {place}, tenía {size} bytes al juzgar la exportación, y ya no está.",
    ),
    (
        "{name} on {place} had {size} bytes when the export was judged, and has {count} now.",
        "{name}, en {place}, tenía {size} bytes al juzgar la exportación, y ahora tiene {count}.",
    ),
    ("no answer within {took}", "no respondió en {took}"),
    ("no connection within {took}", "no hubo conexión en {took}"),
    (
        "Airflow does not tell the connection: {said}",
        "Airflow no da la conexión: {said}",
    ),
    (
        "The Airflow connection {name} can't be used: {said}",
        "No se puede usar la conexión de Airflow {name}: {said}",
    ),
)

_HINTS: Final = (
    (
        "Check that sshd is running there and that the worker may connect to it.",
        "Compruebe que sshd está en marcha ahí y que el worker puede conectarse.",
    ),
    (
        "If the server was really replaced, put its new public key into the connection's "
        '"host_key"; if not, find out who is answering.',
        "Si el servidor se ha sustituido de verdad, ponga su nueva clave pública en el "
        '"host_key" de la conexión; si no, averigüe quién responde.',
    ),
    (
        "Check user, password and key of the connection.",
        "Compruebe usuario, contraseña y clave de la conexión.",
    ),
    (
        "Free space there, raise the user's quota, or keep fewer backups.",
        "Libere espacio ahí, suba la cuota del usuario o conserve menos backups.",
    ),
    (
        "Give the connection's user the right to read and write there.",
        "Dé al usuario de la conexión permiso para leer y escribir ahí.",
    ),
    (
        "Add or mend it: airflow connections add, or Admin > Connections.",
        "Créela o corríjala: airflow connections add, o Admin > Connections.",
    ),
    (
        "See the system log for the out-of-memory killer or an administrator.",
        "Busque en el log del sistema si fue el OOM killer o un administrador.",
    ),
    (
        "See the host's system log for the out-of-memory killer or an administrator.",
        "Busque en el log del sistema del servidor si fue el OOM killer o un administrador.",
    ),
    (
        "See whether something removed it, then run the export again.",
        "Mire si algo lo borró y luego ejecute de nuevo la exportación.",
    ),
    (
        "Check that there is /bin/sh, and that the user's HOME is a folder.",
        "Compruebe que existe /bin/sh, y que el HOME del usuario es una carpeta.",
    ),
    (
        "Check that the user Airflow's worker runs as may read the folder and the file.",
        "Compruebe que el usuario del worker de Airflow puede leer la carpeta y el fichero.",
    ),
    (
        "Something shortened it while it was read; see what else uses that folder.",
        "Algo lo recortó mientras se leía; mire quién más usa esa carpeta.",
    ),
    (
        "Something removed it while it was read; see what else uses that folder.",
        "Algo lo borró mientras se leía; mire quién más usa esa carpeta.",
    ),
    ("See how busy the machine is.", "Mire si la máquina está cargada."),
    ("See how busy the host is.", "Mire si el servidor está cargado."),
    (
        "See how busy the host and the network are.",
        "Mire si el servidor y la red están cargados.",
    ),
    (
        "Check that the SSH user may search the folder.",
        "Compruebe que el usuario de SSH puede entrar en la carpeta.",
    ),
    (
        "Check the SSH user's home directory: it must be writable and not full.",
        "Compruebe el HOME del usuario de SSH: debe poder escribirse en él y no estar lleno.",
    ),
    (
        "Check that the SSH user's shell is a POSIX one and its profile prints nothing.",
        "Compruebe que el shell del usuario de SSH es POSIX y que su perfil no imprime nada.",
    ),
    (
        "Check the SSH user's shell and home directory.",
        "Compruebe el shell y el HOME del usuario de SSH.",
    ),
    (
        "Let the SSH user read and enter that folder.",
        "Deje que el usuario de SSH lea esa carpeta y entre en ella.",
    ),
    (
        "Wait for its end or stop it in the database (KILL_JOB), then clear this task.",
        "Espere a que termine o deténgalo en la base de datos (KILL_JOB), y luego limpie (Clear) "
        "esta tarea.",
    ),
    (
        "Give it the right to write to that folder, or remove them by hand.",
        "Dele permiso para escribir en esa carpeta, o bórrelos a mano.",
    ),
    (
        "Let worker and triggerer run on {name} only, or use an SSH connection.",
        "Ejecute worker y triggerer solo en {name}, o use una conexión SSH.",
    ),
    (
        "Find out what touches that folder. If the file is gone, clear the export task to export "
        "again.",
        "Averigüe qué toca esa carpeta. Si el fichero ya no está, limpie (Clear) la tarea export "
        "para exportar de nuevo.",
    ),
)

HOST_ERRORS: Final = (*_MESSAGES, *_HINTS)
