"""What do errors of mails and of what is remembered say, in Spanish?"""

from __future__ import annotations

from typing import Final

_MAIL: Final = (
    (
        "The mail server refused the {part} (connection {name}): {said}.",
        "El servidor de correo rechazó {part} (conexión {name}): {said}.",
    ),
    (
        "The mail server refused some recipients: {names}.",
        "El servidor de correo rechazó algunos destinatarios: {names}.",
    ),
    (
        "The mail server hung up (connection {name}): {said}.",
        "El servidor de correo cortó (conexión {name}): {said}.",
    ),
    (
        "The mail server's certificate was not accepted (connection {name}): {said}.",
        "No se aceptó el certificado del servidor de correo (conexión {name}): {said}.",
    ),
    (
        "Cannot reach the mail server (connection {name}): {said}.",
        "No se puede conectar con el servidor de correo (conexión {name}): {said}.",
    ),
    (
        "Subject, sender or recipients can't be in a mail's head: {said}.",
        "Asunto, remitente o destinatarios no pueden estar en la cabecera de un correo: {said}.",
    ),
    (
        "No sender for the report: connection {name} has no from_email.",
        "El informe no tiene remitente: la conexión {name} no tiene from_email.",
    ),
    (
        "Check host and port, and the TLS settings: docs/how-to/send-mail.md.",
        "Compruebe host y puerto, y los ajustes de TLS: docs/how-to/send-mail.md.",
    ),
    (
        "Put its CA into the system's store, or name it in SSL_CERT_FILE.",
        "Ponga su CA en el almacén de certificados del sistema, o nómbrela en SSL_CERT_FILE.",
    ),
    (
        "Mend mail.from and mail.to, or from_email of the mail connection.",
        "Corrija mail.from y mail.to, o el from_email de la conexión de correo.",
    ),
    (
        "Set mail.from in the config file, or from_email in the connection's extra.",
        "Ponga mail.from en el fichero de configuración, o from_email en el extra de la conexión.",
    ),
    (
        "Mend mail.to in the config file. The others have got the mail.",
        "Corrija mail.to en el fichero de configuración. Los demás han recibido el correo.",
    ),
    (
        "Mend user and password of the connection, then clear the task.",
        "Corrija usuario y contraseña de la conexión y luego limpie (Clear) la tarea.",
    ),
    (
        "A tool's output is attached with up to 8 MiB: let the server take mails of 12 MB, or "
        "read the whole text in the task's log.",
        "La salida de una herramienta se adjunta hasta 8 MiB: deje que el servidor acepte correos "
        "de 12 MB, o lea el texto completo en el log de la tarea.",
    ),
    (
        "Set mail.from to an address the server lets this user send from.",
        "Ponga en mail.from una dirección desde la que el servidor deje enviar a este usuario.",
    ),
    (
        "Mend mail.to in the config file, then clear the task.",
        "Corrija mail.to en el fichero de configuración y luego limpie (Clear) la tarea.",
    ),
    (
        "Check the connection's TLS settings: docs/how-to/send-mail.md.",
        "Compruebe los ajustes de TLS de la conexión: docs/how-to/send-mail.md.",
    ),
    (
        "Read what it said, mend that, then clear the task.",
        "Lea lo que dijo, corríjalo y luego limpie (Clear) la tarea.",
    ),
)

_MEMORY: Final = (
    (
        "What the watchdog remembers can't be read ({said}), so it begins anew.",
        "No se puede leer lo que recuerda el vigilante ({said}), así que empieza de nuevo.",
    ),
    ("All that stands is told once more.", "Todo lo que sigue se cuenta otra vez."),
    (
        "What the watchdog remembers can't be read: {error}",
        "No se puede leer lo que recuerda el vigilante: {error}",
    ),
    (
        "All that stands was told once more; the next look goes on from here.",
        "Todo lo que sigue se ha contado otra vez; la próxima comprobación sigue desde aquí.",
    ),
    (
        "What the watchdog remembers can't be kept: {said}",
        "No se puede guardar lo que recuerda el vigilante: {said}",
    ),
    (
        "The next look tells everything once more. Is Airflow's database writable?",
        "La próxima comprobación lo cuenta todo otra vez. ¿Se puede escribir en la base de datos "
        "de Airflow?",
    ),
    (
        "Nobody can be told, because nobody is known: {said}",
        "No se puede avisar a nadie, porque no se conoce a nadie: {said}",
    ),
    (
        "Mend the config file; watchdog.to in it names who is told.",
        "Corrija el fichero de configuración; watchdog.to dice ahí a quién se avisa.",
    ),
    (
        "What is remembered of a schema's runs can't be read: {said}.",
        "No se puede leer lo que se recuerda de las ejecuciones de un esquema: {said}.",
    ),
    ("It is begun anew.", "Se empieza de nuevo."),
)

MAIL_ERRORS: Final = (*_MAIL, *_MEMORY)
