"""What do errors about settings say that come up only in a run, in Spanish?"""

from __future__ import annotations

from typing import Final

_NAMES: Final = "Use letters, digits, blanks and _ $ # . - in at most 128 bytes."

OPTION_ERRORS: Final = (
    (
        "{name}: schema {namex} of database {namexx} is not backed up, {count} problem(s):",
        "{name}: no se hace backup del esquema {namex} de la base de datos {namexx}, {count} "
        "problema(s):",
    ),
    (
        "Mend the file; this DAG becomes the schema's backup by itself.",
        "Corrija el fichero; este DAG pasa a ser solo el backup del esquema.",
    ),
    (
        "The Airflow connection {name} can't be used: {said}.",
        "No se puede usar la conexión de Airflow {name}: {said}.",
    ),
    (
        "The connection {name} holds no password, and archives are to be encrypted with it.",
        "La conexión {name} no tiene contraseña, y con ella se deben cifrar los archivos.",
    ),
    (
        "Set its password, and keep that elsewhere too.",
        "Ponga su contraseña, y guárdela también en otro sitio.",
    ),
    (
        "A value for job {job} holds a NUL character, which no shell can carry.",
        "Un valor del trabajo {job} contiene un carácter NUL, que ningún shell admite.",
    ),
    (
        "Look for it in the environment and the login of the schema.",
        "Búsquelo en environment y en login del esquema.",
    ),
    (
        "The database password holds a double quote, a backslash or a control character, which an "
        "Oracle parameter file can't carry safely.",
        "La contraseña de la base de datos contiene comillas dobles, una barra invertida o un "
        "carácter de control, que un fichero de parámetros de Oracle no admite sin riesgo.",
    ),
    (
        "Change it in the database and in the Airflow connection, or use login.method wallet.",
        "Cámbiela en la base de datos y en la conexión de Airflow, o use login.method wallet.",
    ),
    (
        "export.buffer does nothing with export.direct.",
        "export.buffer no hace nada con export.direct.",
    ),
    ("Remove one.", "Quite una."),
    (
        "export.buffer is {size} bytes; it must be under 2 GiB.",
        "export.buffer es de {size} bytes; debe ser menos de 2 GiB.",
    ),
    (
        "export.{name} needs a database of release {count} or later.",
        "export.{name} necesita una base de datos de versión {count} o posterior.",
    ),
    ("Remove it for this database.", "Quítelo para esta base de datos."),
    ("Remove it, or change export.tool.", "Quítelo, o cambie export.tool."),
    (
        "export.exclude_tables makes a filter of {size} bytes, more than the {count} that Data "
        "Pump takes.",
        "export.exclude_tables da un filtro de {size} bytes, más de los {count} que admite Data "
        "Pump.",
    ),
    (
        "Name fewer tables, or move them to a schema that is not exported.",
        "Nombre menos tablas, o llévelas a un esquema que no se exporte.",
    ),
    (
        "export.exclude_tables[{count}] is {name}, which can't be a table's name in a parameter "
        "file.",
        "export.exclude_tables[{count}] es {name}, que no puede ser un nombre de tabla en un "
        "fichero de parámetros.",
    ),
    (
        "The encryption password must have 1 to {count} bytes, without double quotes, backslashes "
        "and control characters.",
        "La contraseña de cifrado debe tener de 1 a {count} bytes, sin comillas dobles, barras "
        "invertidas ni caracteres de control.",
    ),
    (
        "Change it in the connection of export.encryption_password_conn_id.",
        "Cámbiela en la conexión de export.encryption_password_conn_id.",
    ),
    (
        "{name} is {namex}, which a parameter file can't carry safely.",
        "{name} es {namex}, que un fichero de parámetros no admite sin riesgo.",
    ),
    (
        "Use plain letters, digits and underscores.",
        "Use solo letras sin acentos, cifras y guiones bajos.",
    ),
    ("{name} is {namex}; known are {names}.", "{name} es {namex}; se conocen {names}."),
    (
        "{name} can't be the name of a schema or user in a parameter file.",
        "{name} no puede ser el nombre de un esquema o usuario en un fichero de parámetros.",
    ),
    (_NAMES, "Use letras, cifras, espacios y _ $ # . - en 128 bytes como mucho."),
    (
        "export.{name} is an option of exp, not of expdp.",
        "export.{name} es una opción de exp, no de expdp.",
    ),
    (
        "export.{name} is an option of expdp, not of exp.",
        "export.{name} es una opción de expdp, no de exp.",
    ),
    (
        "export.{name} does nothing without export.encryption.",
        "export.{name} no hace nada sin export.encryption.",
    ),
)
