"""What do errors of archives and manifests say, and what to do about them, in Spanish?"""

from __future__ import annotations

from typing import Final

_ENCODER: Final = (
    (
        "There is no working 7-Zip here: none of {names} is on the PATH.",
        "Aquí no hay un 7-Zip que funcione: ninguno de {names} está en el PATH.",
    ),
    (
        "Install the package 7zip, or choose the encoder lzma or auto.",
        "Instale el paquete 7zip, o elija el encoder lzma o auto.",
    ),
    (
        "There is no working 7-Zip on the Oracle host {place}, and archive.compress_on is host.",
        "No hay un 7-Zip que funcione en el servidor Oracle {place}, y archive.compress_on es "
        "host.",
    ),
    (
        "Install 7zz there, or set compress_on: worker.",
        "Instale 7zz ahí, o ponga compress_on: worker.",
    ),
    ("Set `compress_on: worker`.", "Ponga `compress_on: worker`."),
    (
        "{name} packed {size} bytes with CRC {crc}, and was given {sizex} with CRC {crcx}.",
        "{name} comprimió {size} bytes con CRC {crc}, y se le dieron {sizex} con CRC {crcx}.",
    ),
    (
        "Something garbled them on this worker: have its memory tested.",
        "Algo los alteró en este worker: pruebe su memoria.",
    ),
    (
        "{name} came from its host without CRCs.",
        "{name} llegó de su servidor sin CRC.",
    ),
    (
        "Use 7-Zip on the host, or set `compress_on: worker`.",
        "Use 7-Zip en el servidor, o ponga `compress_on: worker`.",
    ),
    (
        "{name} came damaged from its host: {part}.",
        "{name} llegó dañado de su servidor: {part}.",
    ),
    (
        "See the host's system log, or set `compress_on: worker`.",
        "Mire el log del sistema del servidor, o ponga `compress_on: worker`.",
    ),
    ("{name} could not compress: {part}.", "{name} no pudo comprimir: {part}."),
    ('It said: "{said}".', "Dijo: «{said}»."),
    (
        "See this worker's memory and its system log; `encoder: lzma` needs no program.",
        "Mire la memoria de este worker y su log del sistema; `encoder: lzma` no necesita ningún "
        "programa.",
    ),
    ("{name} could not be started: {said}.", "{name} no se pudo arrancar: {said}."),
    (
        "See whether it is installed on this worker, or choose another encoder.",
        "Mire si está instalado en este worker, o elija otro encoder.",
    ),
    (
        "{name} ended at byte {count} of {size}.",
        "{name} terminó en el byte {count} de {size}.",
    ),
    ("Something shortened it while it was read.", "Algo lo recortó mientras se leía."),
    (
        "{name} has grown beyond its {size} bytes.",
        "{name} ha crecido por encima de sus {size} bytes.",
    ),
    (
        "Something still writes to it; see whether the export has really ended.",
        "Algo sigue escribiendo en él; mire si la exportación ha terminado de verdad.",
    ),
)

_PASSWORD: Final = (
    (
        "The archive is to be encrypted, and the password is empty.",
        "El archivo se debe cifrar, y la contraseña está vacía.",
    ),
    (
        "Put a password into the connection that is to hold it.",
        "Ponga una contraseña en la conexión que debe tenerla.",
    ),
    (
        "The archive is encrypted, and no password was given.",
        "El archivo está cifrado, y no se dio contraseña.",
    ),
    (
        "Name the connection that holds the archive's password.",
        "Nombre la conexión que tiene la contraseña del archivo.",
    ),
    (
        "The archive's password is no valid text.",
        "La contraseña del archivo no es un texto válido.",
    ),
    ("Enter it anew, as UTF-8.", "Escríbala de nuevo, en UTF-8."),
    (
        "{place}: the password does not open it, or {part} is damaged.",
        "{place}: la contraseña no lo abre, o hay daños en {part}.",
    ),
    (
        "the password does not open it, or {part} is damaged.",
        "la contraseña no lo abre, o hay daños en {part}.",
    ),
    (
        "{place}: The archive is encrypted, and no password was given.",
        "{place}: el archivo está cifrado, y no se dio contraseña.",
    ),
    (
        "{place}: The archive's password is no valid text.",
        "{place}: la contraseña del archivo no es un texto válido.",
    ),
    (
        "Look up the password that was in use when it was written.",
        "Busque la contraseña que se usaba cuando se escribió.",
    ),
)

_COPY: Final = (
    (
        "{name} on {place} has {count} bytes, {size} were sent.",
        "{name}, en {place}, tiene {count} bytes; se enviaron {size}.",
    ),
    (
        "{place} has {count} bytes, {size} were sent.",
        "{place} tiene {count} bytes; se enviaron {size}.",
    ),
    (
        "{name} on {place} has other content than was sent.",
        "{name}, en {place}, tiene otro contenido que el enviado.",
    ),
    (
        "{place} has other content than was sent.",
        "{place} tiene otro contenido que el enviado.",
    ),
    (
        "{place} has more members than were packed: {names}.",
        "{place} contiene más ficheros de los que se comprimieron: {names}.",
    ),
    (
        "{place}: {name} in it is not the file that was packed.",
        "{place}: {name}, dentro de él, no es el fichero que se comprimió.",
    ),
    ("{place} is damaged: {part}.", "{place} está dañado: {part}."),
    (
        "{name} on store {place} is gone, or is just being removed.",
        "{name} ya no está en el almacén {place}, o se está borrando.",
    ),
    ("List the backups anew.", "Liste los backups de nuevo."),
    ("{name} on {place} is gone.", "{name} ya no está en {place}."),
    (
        "Keep the dump on the host, see what is wrong with the store, and send the archive again.",
        "Conserve el dump en el servidor, mire qué le pasa al almacén y envíe otra vez el archivo.",
    ),
    (
        "Keep the dump on the host, look at that store, and clear the archive task.",
        "Conserve el dump en el servidor, mire ese almacén y limpie (Clear) la tarea archive.",
    ),
    (
        "It was not copied. Keep the dump on the host and look at that store.",
        "No se ha copiado. Conserve el dump en el servidor y mire ese almacén.",
    ),
)

_MANIFEST: Final = (
    (
        "The manifest is not one of ours, or damaged: {said}.",
        "El manifiesto no es de los nuestros, o está dañado: {said}.",
    ),
    (
        "The manifest is nested too deeply.",
        "El manifiesto tiene demasiados niveles anidados.",
    ),
    ("The manifest is not JSON: {said}.", "El manifiesto no es JSON: {said}."),
    (
        "Leave the archive beside it in place and look at both by hand.",
        "Deje en su sitio el archivo que está a su lado y mire los dos a mano.",
    ),
)

ARCHIVE_ERRORS: Final = (*_ENCODER, *_PASSWORD, *_COPY, *_MANIFEST)
