"""Which options do all entries of config.json have, from its other sections and the machine?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from oracle_backup.config.predecessor import connections
from oracle_backup.config.predecessor.credentials import Credentials
from oracle_backup.config.predecessor.directory_query import DEFAULT, directory_name
from oracle_backup.config.predecessor.entry import Draft
from oracle_backup.config.predecessor.fields import Fields
from oracle_backup.config.predecessor.placeholders import (
    HOST,
    UnknownPlaceholderError,
    mail_text,
)
from oracle_backup.config.predecessor.surroundings import Surroundings
from oracle_backup.config.problems import Place

CONFIG_KEYS = (
    "FicheroCredenciales",
    "SQLRutaBackup",
    "FraseAdvertencias",
    "FraseError",
    "Backup",
    "ConfiguracionSFTP",
    "AvisoCorreo",
)
SFTP_KEYS = ("RutaInicialSFTP", "RutaSFTP", "NumeroBackupsaMantener")
MAIL_KEYS = ("Destinatario", "Asunto", "Mensaje")

NOWHERE: Place = ()
"""Where an option comes from that neither file holds."""

_HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def put_surroundings(draft: Draft, *, surroundings: Surroundings) -> None:
    """Set what the script took from the machine, or from whoever started it."""
    draft.put("host_conn_id", connections.HOST, NOWHERE)
    draft.put("timezone", surroundings.timezone, NOWHERE)
    if surroundings.tns_admin is not None:
        draft.put("environment.tns_admin", surroundings.tns_admin, NOWHERE)
    draft.lose(
        NOWHERE,
        "the task that started the script: schedule is every day at 02:00 unless you set another",
    )


def put_credentials(draft: Draft, credentials: Credentials, *, place: Place) -> dict[str, str]:
    """
    Set where database and mail server are.

    :param place: where credenciales.json stands.

    :returns: what %%SERVIDOR%% and %%BBDD%% stand for.
    """
    database, at = credentials.database, (*place, "BBDD")
    draft.put("database_conn_id", connections.DATABASE, at)
    host = f"[{database.host}]" if ":" in database.host else database.host
    identifier = f"//{host}:{database.port}/{database.service}"
    draft.put("login.connect_identifier", identifier, (*at, 2))
    draft.put("mail.conn_id", connections.MAIL, (*place, "CORREO"))
    draft.put("mail.from", credentials.mail.sender, (*place, "CORREO", 0))
    values = {"SERVIDOR": database.host, "BBDD": database.service}
    if _HOST_NAME.fullmatch(database.host):
        draft.put("host_name", database.host, (*at, 0))
        values["SERVIDOR"] = HOST
    if not credentials.store.host_key:
        draft.lose(
            (*place, "SFTP", 4),
            "the store's host key is not known, so it is not verified and every report warns: "
            "give the key here, or host_key in the connection",
        )
    return values


def put_export(draft: Draft, config: Fields) -> None:
    """Set what the top of the file says of exports."""
    place = config.place_of("SQLRutaBackup")
    statement = config.text("SQLRutaBackup")
    directory = directory_name(statement)
    if directory is None and statement:
        draft.lose(
            place,
            f"names no directory object: export.directory is {DEFAULT}; set yours if it is another",
        )
    draft.put("export.directory", directory or DEFAULT, place)
    phrases = {"FraseAdvertencias": "warning_phrases", "FraseError": "error_phrases"}
    for name, option in phrases.items():
        if found := _texts(config, name):
            draft.put(f"export.{option}", found, config.place_of(name))


def put_store(draft: Draft, sftp: Fields) -> None:
    """Set where archives go, and how many of them stay."""
    pieces = [sftp.text(name).replace("\\", "/") for name in SFTP_KEYS[:2]]
    place = sftp.place_of("RutaSFTP" if pieces[1] else "RutaInicialSFTP")
    draft.put("store.conn_id", connections.STORE, place)
    draft.put("store.path", "/" + "/".join(piece.strip("/") for piece in pieces), place)
    if all(pieces):
        draft.share("store.path", sftp.place_of("RutaInicialSFTP"))
    if not pieces[0].startswith("/"):
        draft.lose(
            sftp.place_of("RutaInicialSFTP"),
            "the path is taken from the server's root, not from the folder its login begins in",
        )
    name = "NumeroBackupsaMantener"
    count = sftp.number(name, least=1, most=100_000)
    if sftp.value(name) is None:
        draft.lose(sftp.place_of(name), "is not there: every backup is kept")
    # Where it is wrong, the entries are broken anyway.
    draft.put("retention.keep_last", count or -1, sftp.place_of(name))


def put_mail(draft: Draft, mail: Fields, *, values: dict[str, str]) -> None:
    """Set who is told, and in which words; those of the script were Spanish."""
    draft.put("mail.language", "es", NOWHERE)
    draft.put("mail.to", _addresses(mail, "Destinatario"), mail.place_of("Destinatario"))
    for name, option in {"Asunto": "subject", "Mensaje": "message"}.items():
        try:
            text = mail_text(mail.text(name), values=values)
        except UnknownPlaceholderError as error:
            mail.refuse(name, str(error))
            continue
        if text:
            draft.put(f"mail.{option}", text, mail.place_of(name))


def _addresses(fields: Fields, name: str) -> list[str]:
    found = [one for text in _texts(fields, name) for one in re.split(r"[;,\s]+", text) if one]
    if not found and fields.value(name) in (None, "", []):
        fields.refuse(name, "is required")
    return found


def _texts(fields: Fields, name: str) -> Sequence[str]:
    """Return a text, or the texts of a list, without those that are empty."""
    value = fields.value(name)
    if isinstance(value, list):
        found = [one.strip() for one in value if isinstance(one, str)]
        if len(found) != len(value):
            fields.refuse(name, "must be a list of texts")
    else:
        found = [fields.text(name)]
    return [one for one in found if one]
