"""The predecessor's two files, as its README has them and as people have changed them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[1] / "data" / "predecessor" / "sample" / "config" / "config.json"
"""Its README's own sample, byte for byte."""

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJt6aXNSGyGC7sXHTs9ZyNVYJfhIxZk6bA1Lvz2tFvKq"

BACKUP: dict[str, Any] = {
    "Comando": "expdp",
    "Esquema": "HR",
    "Password": "",
    "FicheroBackup": "backups/%%ESQUEMA%%-%%FECHA%%.dmp",
    "FicheroLog": "backups/%%ESQUEMA%%-%%FECHA%%.log",
    "FicheroComprimido": "%%ESQUEMA%%-%%FECHA%%.7z",
}
CONFIG: dict[str, Any] = {
    "FicheroCredenciales": "config/credenciales.json",
    "SQLRutaBackup": (
        "SELECT DIRECTORY_PATH FROM dba_directories WHERE DIRECTORY_NAME = 'DATA_PUMP_DIR';"
    ),
    "FraseAdvertencias": "advertencias",
    "FraseError": "no ha terminado correctamente",
    "Backup": [BACKUP],
    "ConfiguracionSFTP": {
        "RutaInicialSFTP": "/copias",
        "RutaSFTP": "BackupTraza",
        "NumeroBackupsaMantener": 5,
    },
    "AvisoCorreo": {
        "Destinatario": "it@dominio.com",
        "Asunto": "Backup del servidor %%SERVIDOR%% de la base de datos %%BBDD%%",
        "Mensaje": "<p>Revisar log.</p>",
    },
}
CREDENTIALS: dict[str, Any] = {
    "BBDD": ["db1.dominio.com", 1521, "ORCL", "system", "bbdd-secreto"],
    "CORREO": ["envio@dominio.com", "smtp.dominio.com", 465, "envio", "correo-secreto"],
    "SFTP": ["sftp.dominio.com", 2222, "copias", "sftp-secreto", HOST_KEY, ""],
}


def config(**changes: Any) -> dict[str, Any]:
    """Return a config.json; a change to None removes the key."""
    return _changed(CONFIG, changes)


def backup(**changes: Any) -> dict[str, Any]:
    """Return an entry of Backup; a change to None removes the key."""
    return _changed(BACKUP, changes)


def credentials(**changes: Any) -> dict[str, Any]:
    """
    Return a credenciales.json; a change to None removes the key.

    Items of a list are changed as in ``SFTP={3: "other"}``.
    """
    lists = {name: value for name, value in changes.items() if isinstance(value, dict)}
    plain = {name: value for name, value in changes.items() if name not in lists}
    found = _changed(CREDENTIALS, plain)
    for name, items in lists.items():
        for position, value in items.items():
            found[name][position] = value
    return found


def write_files(
    folder: Path, config: object, credentials: object, *, ensure_ascii: bool = False
) -> Path:
    """Write both files as the script had them; return the path of config.json."""
    below = folder / "config"
    below.mkdir(parents=True, exist_ok=True)
    for name, value in (("config.json", config), ("credenciales.json", credentials)):
        text = json.dumps(value, ensure_ascii=ensure_ascii, indent=4)
        (below / name).write_text(text, encoding="utf-8")
    return below / "config.json"


def _changed(value: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    found = deepcopy(value) | changes
    return {name: one for name, one in found.items() if one is not None}
