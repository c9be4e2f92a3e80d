"""How do Oracle's tools word what they have to say, in English and in Spanish?

The language part of NLS_LANG chooses. Where no Spanish wording is known, the English one serves.
"""

from __future__ import annotations

import codecs
import io
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_TEXTS = {
    "en": {
        "connected": "Connected to: {}",
        "starting": "Starting {}:  {} ",
        "processing": "Processing object type {}",
        "exported": ". . exported {what}{rows:>8} rows",
        "imported": ". . imported {what}{rows:>8} rows",
        "estimate": "Estimate in progress using BLOCKS method...",
        "estimated": ".  estimated {}",
        "estimate_total": "Total estimation using BLOCKS method: {}",
        "master": "Master table {} successfully loaded/unloaded",
        "files": "Dump file set for {} is:",
        "checksums": "Generating checksums for dump file set",
        "success": "Job {} successfully completed at {} elapsed {}",
        "errors": "Job {} completed with {} error(s) at {} elapsed {}",
        "fatal": "Job {} stopped due to fatal error at {} elapsed {}",
        "stopped": "Job {} stopped by user request at {} elapsed {}",
        "root": "Warning: Oracle Data Pump operations are not typically needed when connected to "
        "the root or seed of a container database.",
        "username": "Username: ",
        "password": "Password: ",
    },
    "es": {
        "connected": "Conectado a: {}",
        "starting": "Iniciando {}:  {} ",
        "processing": "Procesando el tipo de objeto {}",
        "exported": ". . {what}{rows:>8} filas exportadas",
        "imported": ". . {what}{rows:>8} filas importadas",
        "estimate": "Estimación en curso mediante el método BLOCKS...",
        "estimated": ".  estimado {}",
        "estimate_total": "Estimación total mediante el método BLOCKS: {}",
        "master": "La tabla maestra {} se ha cargado/descargado correctamente",
        "files": "El juego de archivos de volcado para {} es:",
        "checksums": "Generating checksums for dump file set",
        "success": "El trabajo {} ha terminado correctamente en {} elapsed {}",
        "errors": "El trabajo {} ha terminado con {} error(es) en {} elapsed {}",
        "fatal": "El trabajo {} se ha parado debido a un error fatal en {} elapsed {}",
        "stopped": "El trabajo {} se ha parado a petición del usuario en {} elapsed {}",
        "root": "Advertencia: Las operaciones de Oracle Data Pump no se necesitan normalmente "
        "cuando se conecta a la raíz o al elemento inicial de una base de datos del contenedor.",
        "username": "Usuario: ",
        "password": "Contraseña: ",
    },
}

_ERRORS = {
    "en": {
        1017: "invalid username/password; logon denied",
        1034: "ORACLE not available",
        1555: "snapshot too old: rollback segment number 37 with name "
        '"_SYSSMU37_99405081$" too small',
        1466: "unable to read data - table definition has changed",
        1653: "unable to extend table {} by 128 in tablespace {}",
        2354: "error in exporting/importing data",
        8180: "no snapshot found based on specified time",
        8181: "specified number is not a valid system change number",
        12154: "TNS:could not resolve the connect identifier specified",
        12162: "TNS:net service name is incorrectly specified",
        12514: "TNS:listener does not currently know of service requested in connect descriptor",
        19502: 'write error on file "{}", block number 4097 (block size=4096)',
        27037: "unable to obtain file status",
        27038: "created file already exists",
        27040: "file create error, unable to create file",
        27046: "file size is not a multiple of logical block size",
        27072: "File I/O error",
        27101: "shared memory realm does not exist",
        28000: "The account is locked.",
        29283: "invalid file operation: cannot open file [29435]",
        28365: "wallet is not open",
        31617: 'unable to open dump file "{}" for write',
        31619: 'invalid dump file "{}"',
        31626: "job does not exist",
        31631: "privileges are required",
        31633: 'unable to create master table "{}"',
        31634: "job already exists",
        31638: "cannot attach to job {} for user {}",
        31640: 'unable to open dump file "{}" for read',
        31641: 'unable to create dump file "{}"',
        31655: "no data or metadata objects selected for job",
        31664: "unable to construct unique job name when defaulted",
        31684: "Object type {} already exists",
        31693: "Table data object {} failed to load/unload and is being skipped due to error:",
        39000: "bad dump file specification",
        39001: "invalid argument value",
        39002: "invalid operation",
        39005: "inconsistent arguments",
        39021: "Database compatibility version {} is not supported.",
        39055: "The {} feature is not supported in version {}.",
        39059: "dump file set is incomplete",
        39070: "Unable to open the log file.",
        39071: "Value for {} is badly formed.",
        39082: "Object type {} created with compilation warnings",
        39086: "cannot retrieve job information",
        39087: "directory name {} is invalid",
        39095: "Dump file space has been exhausted: Unable to allocate {} bytes",
        39109: "Unprivileged users may not operate upon other users' schemas",
        39124: 'dump file name "{}" contains an invalid substitution variable',
        39126: "Worker unexpected fatal error in KUPW$WORKER.{} [{}] ",
        39143: 'dump file "{}" may be an original export dump file',
        39150: "bad flashback time",
        39151: "Table {} exists. All dependent metadata and data will be skipped due to "
        "table_exists_action of skip",
        39154: "Objects from foreign schemas have been removed from import",
        39161: "Full database jobs require privileges",
        39165: "Schema {} was not found.",
        39166: "Object {} was not found or could not be exported or imported.",
        39174: "Encryption password must be supplied.",
        39175: "Encryption password is not needed.",
        39176: "Encryption password is incorrect.",
        39180: "unable to encrypt ENCRYPTION_PASSWORD",
        39171: "Job is experiencing a resumable wait.",
        39246: "cannot locate master table within provided dump files",
        39411: 'header checksum error in dump file "{}"',
        39412: 'file checksum error in dump file "{}"',
        39376: "the import of table data was not finished",
        39776: 'fatal Direct Path API error loading table "{}"',
        955: "name is already used by an existing object",
    },
    "es": {
        1017: "nombre de usuario/contraseña no válidos; conexión denegada",
        1555: "instantánea demasiado antigua: número de segmento de rollback 37 con nombre "
        '"_SYSSMU37_99405081$" demasiado pequeño',
        2354: "error al exportar/importar los datos",
        12154: "TNS:no se ha podido resolver el identificador de conexión especificado",
        27038: "el archivo creado ya existe",
        29283: "operación de archivo no válida: no se puede abrir el archivo [29435]",
        31626: "el trabajo no existe",
        31634: "el trabajo ya existe",
        31641: 'no se ha podido crear el archivo de volcado "{}"',
        31684: "El tipo de objeto {} ya existe",
        31693: "El objeto de datos de tabla {} no se ha podido cargar/descargar y se está "
        "saltando debido a un error:",
        39000: "especificación de archivo de volcado errónea",
        39001: "valor de argumento no válido",
        39002: "operación no válida",
        39070: "No se ha podido abrir el archivo log.",
        39087: "el nombre de directorio {} no es válido",
        39151: "La tabla {} existe. Todos los metadatos dependientes y los datos se saltarán "
        "debido a table_exists_action de saltar",
        39165: "No se ha encontrado el esquema {}.",
        39166: "El objeto {} no se ha encontrado o no se ha podido exportar ni importar.",
    },
}
_WEEKDAYS = {"en": "Mon Tue Wed Thu Fri Sat Sun", "es": "Lun Mar Mie Jue Vie Sab Dom"}
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "es": "Ene Feb Mar Abr May Jun Jul Ago Sep Oct Nov Dic",
}


def language_of(nls_lang: str | None) -> str:
    """Return "es" or "en" for a value of NLS_LANG."""
    spanish = ("SPANISH", "LATIN AMERICAN SPANISH", "MEXICAN SPANISH")
    return "es" if (nls_lang or "").upper().startswith(spanish) else "en"


def charset_of(nls_lang: str | None) -> str:
    """Return Python's name of the client character set; without one it is US7ASCII."""
    name = (nls_lang or "").upper().rpartition(".")[2]
    known = {"AL32UTF8": "utf-8", "UTF8": "utf-8", "WE8MSWIN1252": "cp1252"}
    return known.get(name, "latin-1" if name.startswith("WE8ISO") else "ascii")


def use_charset(stream: TextIO, nls_lang: str | None) -> None:
    """Have a stream write in the client character set; US7ASCII drops the marks of letters."""

    def without_marks(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        import unicodedata

        text = unicodedata.normalize("NFKD", error.object[error.start : error.end])
        plain = "".join(char for char in text if not unicodedata.combining(char))
        return plain.encode("ascii", "replace").decode(), error.end

    codecs.register_error("without_marks", without_marks)
    assert isinstance(stream, io.TextIOWrapper)
    stream.reconfigure(encoding=charset_of(nls_lang), errors="without_marks", line_buffering=True)


def say(language: str, key: str, *facts: object, **named: object) -> str:
    """Return a sentence of the tools."""
    return _TEXTS[language][key].format(*facts, **named)


def ora(language: str, code: int, *facts: object) -> str:
    """Return an ORA- line."""
    text = _ERRORS[language].get(code) or _ERRORS["en"][code]
    return f"ORA-{code:05}: {text.format(*facts)}"


def dated(language: str, seconds: float) -> str:
    """Return a time of day as in the banner and the last line: ``Thu May 1 02:00:03 2025``."""
    when = time.localtime(seconds)
    weekday = _WEEKDAYS[language].split()[when.tm_wday]
    month = _MONTHS[language].split()[when.tm_mon - 1]
    return f"{weekday} {month} {when.tm_mday} {time.strftime('%H:%M:%S %Y', when)}"


def stamp(seconds: float) -> str:
    """Return the LOGTIME prefix."""
    when = time.localtime(seconds)
    month = _MONTHS["en"].split()[when.tm_mon - 1].upper()
    clock = time.strftime("%y %H:%M:%S", when)
    return f"{when.tm_mday:02}-{month}-{clock}.{int(seconds % 1 * 1000):03}: "


def elapsed(seconds: float) -> str:
    """Return ``D HH:MM:SS``."""
    whole = int(seconds)
    return f"{whole // 86400} {whole // 3600 % 24:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def size(size_bytes: int) -> str:
    """Return a size as in the row lines: four digits, ``17.08 KB``, ``1003. KB``, ``0 KB``."""
    if not size_bytes:
        return "0 KB"
    value, unit = size_bytes / 1024, "KB"
    for unit in ("KB", "MB", "GB", "TB"):
        if value < 1024 or unit == "TB":
            break
        value /= 1024
    digits = next((d for limit, d in ((9.9995, 3), (99.995, 2), (999.95, 1)) if value < limit), 0)
    return f"{value:.{digits}f}{'' if digits else '.'} {unit}"


def row_line(language: str, verb: str, name: str, *, size_bytes: int, rows: int) -> str:
    """Return ``. . exported "HR"."EMPLOYEES"   17.08 KB  107 rows``; name and size fill 52."""
    figure = size(size_bytes)
    what = name + figure.rjust(max(52 - len(name), len(figure) + 1))
    return say(language, verb, what=what, rows=rows)
