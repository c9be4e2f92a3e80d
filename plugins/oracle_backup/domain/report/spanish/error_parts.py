"""Pieces that errors tell only inside another sentence, in Spanish."""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.spanish.damage import DAMAGE

# What was tried, to follow "Cannot".
_TRIED: Final = (
    ("open a shell", "abrir una sesión"),
    ("start a shell", "arrancar un shell"),
    ("open an SFTP session", "abrir una sesión SFTP"),
    ("connect", "conectar"),
    ("run a script", "ejecutar un script"),
    ("run a command", "ejecutar una orden"),
    ("read small files", "leer ficheros pequeños"),
    ("close small files", "cerrar ficheros pequeños"),
    ("read {name}", "leer {name}"),
    ("write {name}", "escribir {name}"),
    ("close {name}", "cerrar {name}"),
    ("finish {name}", "terminar {name}"),
    ("replace {name}", "reemplazar {name}"),
    ("rename {name}", "renombrar {name}"),
    ("remove {name}", "borrar {name}"),
    ("list {name}", "listar {name}"),
    ("look at {name}", "mirar {name}"),
    ("see the files", "ver los ficheros"),
    ("see {name}", "ver {name}"),
    ("pack {name}", "comprimir {name}"),
    ("try {name}", "probar {name}"),
    ("make the folder {name}", "crear la carpeta {name}"),
    ("ask for the free space", "preguntar el espacio libre"),
    ("ask for the time", "preguntar la hora"),
)

# What came of it, where that is not told by others.
_CAME: Final = (
    ("no answer in time", "no respondió a tiempo"),
    ("the connection was closed", "se cerró la conexión"),
    ("nothing came for {took}", "no llegó nada durante {took}"),
    ("a signal ended it", "lo terminó una señal"),
    ("signal {count} ended it", "lo terminó la señal {count}"),
    ("it ended with code {count}", "terminó con código {count}"),
    (
        "it closed its output, but did not end",
        "cerró su salida, pero no terminó",
    ),
    ("it closed its output, but does not end", "cerró su salida, pero no termina"),
    ("it ended before it had read everything", "terminó antes de leerlo todo"),
    ("exit code {count}, it said nothing", "código de salida {count}, sin decir nada"),
    ("exit code {count}, {said}", "código de salida {count}, {said}"),
)

# What the scripts on the host refuse.
_REFUSED: Final = (
    ("cannot list {name}", "no se puede listar {name}"),
    ("cannot make {name}", "no se puede crear {name}"),
    (
        "cannot write into {name}, so the job has not begun",
        "no se puede escribir en {name}, así que el trabajo no ha empezado",
    ),
    ("cannot write into {name}", "no se puede escribir en {name}"),
    ("job {job} is still running", "el trabajo {job} sigue en marcha"),
)

_VERDICTS: Final = (
    ("complete", "completo"),
    ("incomplete", "incompleto"),
    ("failed", "fallido"),
    ("unknown", "desconocido"),
)

# What a mail server refuses.
_WHAT: Final = (
    ("login", "el usuario o la contraseña"),
    ("mail for its size", "el correo por su tamaño"),
    ("sender", "el remitente"),
    ("recipient", "el destinatario"),
    ("mail", "el correo"),
)

# Why a job of long ago is left alone, in the checks before an export.
_LEFT: Final = (
    ("the database was not asked", "no se preguntó a la base de datos"),
    ("its name is none of ours", "su nombre no es de los nuestros"),
    ("no log in {name} tells of it", "ningún log de {name} habla de él"),
    ("the database shows it as {state}", "la base de datos lo muestra como {state}"),
    ("somebody stopped it on purpose", "alguien lo detuvo a propósito"),
    ("its log says it ended well", "su log dice que terminó bien"),
)

# What retention counts.
_BACKUPS: Final = (("backups", "backups"), ("good backups", "backups buenos"))

# A trigger names the kind of its error too.
_OF_A_KIND: Final = (("{kind}: {error}", "{kind}: {error}"),)

PARTS: Final = (
    *_TRIED,
    *_CAME,
    *_REFUSED,
    *_VERDICTS,
    *_BACKUPS,
    *_WHAT,
    *_LEFT,
    *DAMAGE,
    *_OF_A_KIND,
)
