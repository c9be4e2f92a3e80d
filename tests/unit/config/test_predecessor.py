"""The predecessor's config.json in place of a backups.yaml."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.config import load
from oracle_backup.config.load import Config, load_config, load_predecessor, parse_config
from oracle_backup.config.predecessor.account import carried_lines, lost_lines
from oracle_backup.config.predecessor.read import Predecessor, read_predecessor
from oracle_backup.config.predecessor.surroundings import Surroundings
from oracle_backup.config.predecessor.yaml_file import render_yaml
from oracle_backup.errors import ConfigError
from support.predecessor_files import HOST_KEY, SAMPLE, backup, config, credentials, write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oracle_backup.config.model import SchemaSettings

SECRETS = ("bbdd-secreto", "correo-secreto", "sftp-secreto", "archivo-secreto")


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an ORACLE_HOME, by Madrid's clocks."""
    monkeypatch.setenv("ORACLE_HOME", "/u01/db")
    monkeypatch.setenv("TZ", "Europe/Madrid")
    monkeypatch.delenv("TNS_ADMIN", raising=False)


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., Path]:
    """Write both files; return the path of config.json."""

    def write(config_json: object = None, credenciales: object = None) -> Path:
        return write_files(
            tmp_path / "script",
            config() if config_json is None else config_json,
            credentials() if credenciales is None else credenciales,
        )

    return write


@pytest.fixture
def loaded(files: Callable[..., Path]) -> Callable[..., Config]:
    """Load both files."""

    def load_files(config_json: object = None, credenciales: object = None) -> Config:
        return load_config(files(config_json, credenciales))

    return load_files


@pytest.fixture
def settings(loaded: Callable[..., Config]) -> Callable[..., SchemaSettings]:
    """Load files whose one entry is right."""

    def load_one(config_json: object = None, credenciales: object = None) -> SchemaSettings:
        found = loaded(config_json, credenciales)
        assert found.problems == ()
        (one,) = found.schemas
        return one

    return load_one


@pytest.fixture
def problems(loaded: Callable[..., Config]) -> Callable[..., list[str]]:
    """Load files that have no right entry; say why."""

    def load_wrong(config_json: object = None, credenciales: object = None) -> list[str]:
        found = loaded(config_json, credenciales)
        assert found.schemas == ()
        return list(found.problems)

    return load_wrong


def read(path: Path) -> Predecessor:
    found = load_predecessor(path)
    assert found is not None
    return found


def test_sample_of_its_readme_is_a_whole_config() -> None:
    found = load_config(SAMPLE)

    assert found.problems == ()
    (one,) = found.schemas
    assert (one.database, one.schema_name) == ("bbdd", "ESQUEMA_BBDD")
    assert one.store is not None
    assert one.store.path == "/RUTA_RELATIVA_REMOTA/BackupTraza"
    assert one.mail.message == "<p>Revisar log y ruta del proceso de backup con estos datos.</p>"
    assert one.archive.password_conn_id == "predecessor_password_1"


def test_every_value_has_its_option(settings: Callable[..., SchemaSettings]) -> None:
    one = settings(config(Backup=[backup(Password="archivo-secreto")]))

    assert (one.database, one.schema_name) == ("orcl", "HR")
    assert one.host_conn_id == "predecessor_host"
    assert one.host_name == "db1.dominio.com"
    assert one.timezone == "Europe/Madrid"
    assert one.schedule == "0 2 * * *"
    assert one.database_conn_id == "predecessor_bbdd"
    assert one.login.connect_identifier == "//db1.dominio.com:1521/ORCL"
    assert one.environment.oracle_home == "/u01/db"
    assert one.environment.tns_admin is None
    assert (one.export.tool, one.export.directory) == ("expdp", "DATA_PUMP_DIR")
    assert (one.export.file_name, one.export.numbered_files) == ("{schema}-{local_time}", False)
    assert one.export.warning_phrases == ("advertencias",)
    assert one.export.error_phrases == ("no ha terminado correctamente",)
    assert (one.archive.file_name, one.archive.folder) == ("{schema}-{local_time}", "")
    assert one.archive.password_conn_id == "predecessor_password_1"
    assert one.all_stores[0].conn_id == "predecessor_sftp"
    assert one.all_stores[0].path == "/copias/BackupTraza"
    assert one.retention.keep_last == 5
    assert one.mail.to == ("it@dominio.com",)
    assert one.mail.sender == "envio@dominio.com"
    assert one.mail.language == "es"
    assert one.mail.subject == "Backup del servidor {host} de la base de datos ORCL"
    assert one.mail.message == "<p>Revisar log.</p>"


def test_files_as_people_write_them_are_read(settings: Callable[..., SchemaSettings]) -> None:
    expected = settings()
    odd = {
        " ficherocredenciales ": "  config\\credenciales.json  ",
        "SQLRUTABACKUP": config()["SQLRutaBackup"].rstrip(";") + "  ",
        "FraseAdvertencias": [" advertencias "],
        "fraseError": "no ha terminado correctamente ",
        "BACKUP": {**backup(Esquema=" HR ", Comando="C:\\oracle\\bin\\EXPDP.EXE ")},
        "configuracionSftp": {
            "RutaInicialSFTP": "\\copias\\ ",
            "RutaSFTP": " BackupTraza/",
            "NumeroBackupsAMantener ": "5 ",
        },
        "AvisoCorreo": {**config()["AvisoCorreo"], "Destinatario": ["it@dominio.com "]},
    }
    login = credentials(
        BBDD={0: " db1.dominio.com ", 1: "1521", 2: "ORCL (SID)"},
        CORREO={0: "Copias <envio@dominio.com>", 2: "465"},
        SFTP={1: 2222.0},
    )

    assert settings(odd, login) == expected


def test_optional_keys_may_be_missing(settings: Callable[..., SchemaSettings]) -> None:
    bare = {
        "Backup": [{"Esquema": "HR"}],
        "ConfiguracionSFTP": {"RutaInicialSFTP": "copias"},
        "AvisoCorreo": {"Destinatario": "a@dominio.com; b@dominio.com"},
    }
    login = credentials(
        BBDD=["::1", None, "ORCL", "u", 1234],
        CORREO=["e@d.com", "smtp"],
        SFTP=["sftp", "", "u", "p"],
    )

    one = settings(bare, login)

    assert one.export.tool == "expdp"
    assert one.export.directory == "DATA_PUMP_DIR"
    assert one.export.file_name == one.archive.file_name == "{schema}-{local_time}"
    assert one.export.warning_phrases == one.export.error_phrases == ()
    assert one.archive.password_conn_id is None
    assert one.retention.keep_last == -1
    assert one.all_stores[0].path == "/copias"
    assert one.mail.to == ("a@dominio.com", "b@dominio.com")
    assert one.mail.subject is one.mail.message is None
    # No name that could be in a file's: mails name the host of the connection.
    assert one.host_name is None
    assert one.login.connect_identifier == "//[::1]:1521/ORCL"


def test_exp_writes_where_the_script_had_it_written(
    settings: Callable[..., SchemaSettings], tmp_path: Path
) -> None:
    relative = settings(config(Backup=[backup(Comando="exp")]))
    absolute = settings(
        config(Backup=[backup(Comando="exp", FicheroBackup="/copias/x/%%FECHA%%.dmp")])
    )

    assert relative.export.tool == "exp"
    assert relative.export.path == f"{tmp_path}/script/backups"
    assert absolute.export.path == "/copias/x"
    assert absolute.export.file_name == "{local_time}"


def test_command_with_its_path_tells_the_oracle_home(
    settings: Callable[..., SchemaSettings],
) -> None:
    one = settings(config(Backup=[backup(Comando="/opt/ora/bin/exp")]))

    assert one.environment.oracle_home == "/opt/ora"


def test_network_settings_are_the_machines(
    settings: Callable[..., SchemaSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TNS_ADMIN", "/u01/admin")

    assert settings().environment.tns_admin == "/u01/admin"


def test_files_are_called_as_the_schema_was_written(
    settings: Callable[..., SchemaSettings],
) -> None:
    lower = settings(config(Backup=[backup(Esquema="hr")]))
    quoted = settings(config(Backup=[backup(Esquema='"Web Shop"')]))

    assert (lower.schema_name, lower.archive.file_name) == ("HR", "hr-{local_time}")
    assert (quoted.schema_name, quoted.archive.file_name) == ("Web Shop", "{schema}-{local_time}")


def test_entries_whose_files_would_share_a_name_are_told_apart(
    loaded: Callable[..., Config],
) -> None:
    names = {"FicheroComprimido": "copia-%%FECHA%%.7z", "FicheroBackup": "%%FECHA%%.dmp"}
    found = loaded(
        config(
            Backup=[
                backup(Esquema="HR", **names),
                backup(Esquema="SALES", **names),
                backup(Esquema="CRM", FicheroComprimido="crm-%%FECHA%%.7z"),
            ]
        )
    )

    assert found.problems == ()
    assert [one.archive.file_name for one in found.schemas] == [
        "{schema}-copia-{local_time}",
        "{schema}-copia-{local_time}",
        "crm-{local_time}",
    ]
    assert [one.export.file_name for one in found.schemas] == [
        "{schema}-{local_time}",
        "{schema}-{local_time}",
        "{schema}-{local_time}",
    ]


def test_entry_whose_files_would_still_share_a_name_is_refused(
    loaded: Callable[..., Config],
) -> None:
    found = loaded(
        config(
            Backup=[
                backup(Esquema="A", FicheroComprimido="%%ESQUEMA%%B-%%FECHA%%.7z"),
                backup(Esquema="AB", FicheroComprimido="%%ESQUEMA%%-%%FECHA%%.7z"),
            ]
        )
    )

    assert [one.schema_name for one in found.schemas] == ["A"]
    assert found.problems == (
        "Backup[1].FicheroComprimido: could give its files the names of Backup[0]'s; put "
        "%%ESQUEMA%%-%%FECHA%% into it",
    )


def test_name_longer_than_a_file_system_takes_is_refused(
    problems: Callable[..., list[str]],
) -> None:
    schema = '"' + "x " * 30 + 'x"'
    (line,) = problems(config(Backup=[backup(Esquema=schema, FicheroComprimido="%%ESQUEMA%%" * 2)]))

    assert line.startswith("Backup[0].FicheroComprimido: makes names of up to")


def test_one_bad_entry_hides_no_other(loaded: Callable[..., Config]) -> None:
    found = loaded(
        config(
            Backup=[
                backup(Esquema="H R"),
                backup(),
                "nonsense",
                backup(Esquema="SALES", Comando="rman", FicheroBackup="%%HORA%%.dmp"),
                backup(Esquema="hr"),
                backup(Esquema=""),
                backup(Esquema="CRM", Pasword="x"),
                backup(Esquema="ERP", Comando="exp", FicheroBackup="D:\\b\\%%FECHA%%.dmp"),
                backup(Esquema="MRP", Password=["x"], FicheroLog={}, Comando=True),
            ]
        )
    )

    assert [one.schema_name for one in found.schemas] == ["HR"]
    assert [entry.schema for entry in found.broken] == [
        *("H R", "", "SALES", "hr", "", "CRM", "ERP", "MRP")
    ]
    keys = [entry.key for entry in (*found.schemas, *found.broken)]
    assert len(set(keys)) == len(keys)
    assert "orcl__SALES" in keys
    assert list(found.problems) == [
        "Backup[0].Esquema: a schema name is a letter, then at most 127 letters, digits and _ $ #;"
        " for others write the quoted form, '\"Mixed Case\"'",
        "Backup[2]: must be an object in braces, is text",
        "Backup[2].Esquema: is required",
        'Backup[3].Comando: must be expdp or exp, without anything behind it, is "rman"',
        "Backup[3].FicheroBackup: holds an unknown placeholder, %%HORA%%; known: %%ESQUEMA%% "
        "%%FECHA%% %%SERVIDOR%% %%BBDD%%",
        "Backup[4].Esquema: has the schema of Backup[1]; remove one",
        "Backup[5].Esquema: is required",
        'Backup[6].Pasword: unknown key; did you mean "Password"?',
        'Backup[7].FicheroBackup: must be a path of Linux, is "D:/b"',
        "Backup[8].Password: must be text, is a list",
        "Backup[8].Comando: must be text, is true or false",
        "Backup[8].FicheroLog: must be text, is an object",
    ]


def test_command_that_may_hold_a_login_is_not_shown(problems: Callable[..., list[str]]) -> None:
    (line,) = problems(config(Backup=[backup(Comando="expdp system/s3cret@ORCL")]))

    assert line == "Backup[0].Comando: must be expdp or exp, without anything behind it"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ConfiguracionSFTP": None}, "ConfiguracionSFTP: is required; write it as in"),
        ({"AvisoCorreo": None}, "AvisoCorreo: is required; write it as in"),
        ({"AvisoCorreo": []}, "AvisoCorreo: must be an object in braces, is a list"),
        ({"AvisoCorreo": {"Asunto": "x"}}, "AvisoCorreo.Destinatario: is required"),
        ({"AvisoCorreo": {"Destinatario": [1]}}, "must be a list of texts"),
        ({"AvisoCorreo": {"Destinatario": "dba"}}, "AvisoCorreo.Destinatario: must be one mail"),
        (
            {"AvisoCorreo": {"Destinatario": "a@b", "Asunto": "%%DIA%%"}},
            "AvisoCorreo.Asunto: holds an unknown placeholder, %%DIA%%",
        ),
        (
            {"AvisoCorreo": {"Destinatario": "a@b", "Asunto": "x\ny"}},
            "AvisoCorreo.Asunto: must be one line",
        ),
        (
            {"ConfiguracionSFTP": {"NumeroBackupsaMantener": 0}},
            "ConfiguracionSFTP.NumeroBackupsaMantener: must be a whole number from 1 to 100000, "
            "is 0",
        ),
        (
            {"ConfiguracionSFTP": {"NumeroBackupsaMantener": "cinco"}},
            "ConfiguracionSFTP.NumeroBackupsaMantener: must be a whole number from 1 to 100000",
        ),
        (
            {"ConfiguracionSFTP": {"NumeroBackupsaMantener": True}},
            "ConfiguracionSFTP.NumeroBackupsaMantener: must be a whole number",
        ),
        (
            {"ConfiguracionSFTP": {"RutaInicialSFTP": "/a/../b"}},
            "ConfiguracionSFTP.RutaInicialSFTP: must be a path without ..",
        ),
        ({"FraseError": "x" * 300}, "FraseError: must be one line of 1 to 200 characters"),
        ({"FraseError": {}}, "FraseError: must be text, is an object"),
        ({"Frase Error": "x"}, 'unknown key; did you mean "FraseError"?'),
        ({"fraseerror": "x"}, "fraseerror: stands twice; remove one"),
        ({"FicheroCredenciales": "x/none.json"}, "FicheroCredenciales: there is no such file"),
        ({"FicheroCredenciales": "\0"}, "FicheroCredenciales: there is no such file"),
        ({"FicheroCredenciales": "x" * 5000}, "FicheroCredenciales: there is no such file"),
        ({"FicheroCredenciales": "~/no/x.json"}, "FicheroCredenciales: there is no such file"),
    ],
)
def test_problem_above_the_entries_breaks_each_of_them(
    problems: Callable[..., list[str]], changes: dict[str, Any], said: str
) -> None:
    found = problems(config(Backup=[backup(), backup(Esquema="SALES")], **changes))

    assert any(said in line for line in found), found
    assert all(line.isprintable() for line in found)


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ([], "must be an object in braces, is a list"),
        (credentials(BBDD=None), "BBDD: is required"),
        (credentials(SFTP="x"), "SFTP: must be a list, is text"),
        (credentials(BBDD={4: ""}), "BBDD[4]: is required"),
        (credentials(BBDD={4: "  "}), "BBDD[4]: is required"),
        (credentials(BBDD={2: "OR CL"}), "BBDD[2]: must be what stands after the @"),
        (credentials(BBDD={1: 70000}), "BBDD[1]: must be a whole number from 1 to 65535, is 70000"),
        (credentials(CORREO={0: "nobody"}), "CORREO[0]: must be one mail address"),
        (credentials(CORREO={2: "smtp-secreto"}), "CORREO[2]: must be a whole number from 1"),
        (credentials(SFTP={3: ""}), "SFTP[3]: is required"),
        (credentials(SFTP={4: "secreto"}), "SFTP[4]: must be the server's public key"),
        (credentials(SFTP={2: ["secreto"]}), "SFTP[2]: must be text, is a list"),
    ],
)
def test_problem_of_the_credentials_is_told_without_their_values(
    problems: Callable[..., list[str]], login: object, said: str
) -> None:
    found = problems(None, login)

    assert any(line.startswith('"credenciales.json"') and said in line for line in found), found
    assert "secreto" not in "\n".join(found)


def test_missing_credentials_are_the_one_problem_they_are(
    problems: Callable[..., list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "script"

    assert problems(config(FicheroCredenciales="x/no.json")) == [
        f"FicheroCredenciales: there is no such file; looked for {folder}/x/no.json, "
        f"{folder}/config/x/no.json, {folder}/config/no.json"
    ]


def test_credentials_that_are_no_json_are_told_as_such(
    files: Callable[..., Path],
) -> None:
    path = files()
    path.with_name("credenciales.json").write_text('{"BBDD": ["secreto"')

    assert load_config(path).problems == (
        "\"credenciales.json\": cannot be read as JSON: line 1, column 20: expecting ',' delimiter",
    )


def test_credentials_nobody_may_read_are_told_as_such(
    files: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files()
    real = type(path).read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == "credenciales.json":
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(type(path), "read_bytes", refuse)

    assert load_config(path).problems == ('"credenciales.json": cannot be read: Permission denied',)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("config/credenciales.json", "script/config"),
        ("config\\credenciales.json", "script/config"),
        (".\\config\\credenciales.json", "script/config"),
        ("credenciales.json", "script"),
        ("credenciales.json", "script/config"),
        ("privado/credenciales.json", "script/privado"),
        ("privado/credenciales.json", "script/config/privado"),
        ("C:\\backup\\config\\credenciales.json", "script/config"),
        ("/nowhere/credenciales.json", "script/config"),
    ],
)
def test_credentials_are_found_from_the_scripts_folder_and_from_the_configs(
    files: Callable[..., Path], tmp_path: Path, written: str, place: str
) -> None:
    path = files(config(FicheroCredenciales=written))
    target = tmp_path / place / "credenciales.json"
    target.parent.mkdir(exist_ok=True)
    shutil.move(path.with_name("credenciales.json"), target)

    assert load_config(path).problems == ()
    assert read(path).credentials_path is not None


def test_both_files_may_lie_in_one_folder_of_any_name(
    files: Callable[..., Path], tmp_path: Path
) -> None:
    folder = files().parent.rename(tmp_path / "both")

    assert load_config(folder / "config.json").problems == ()


def test_file_without_entries_is_an_error_with_all_problems(files: Callable[..., Path]) -> None:
    path = files({"Backups": [backup()], "AvisoCorreo": {}})

    with pytest.raises(ConfigError, match="cannot be used") as caught:
        load_config(path)

    assert list(caught.value.problems) == [
        'Backups: unknown key; did you mean "Backup"?',
        "ConfiguracionSFTP: is required; write it as in the script's own sample",
        "AvisoCorreo.Destinatario: is required",
        "Backup: is required; write it as in the script's own sample",
    ]


@pytest.mark.parametrize("text", ["[]", "5", "null", '"x"', '{"Backup": 5}'])
def test_json_that_is_no_config_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)

    with pytest.raises(ConfigError, match="cannot be used"):
        load_config(path)


def test_no_entries_are_no_schemas(loaded: Callable[..., Config]) -> None:
    found = loaded(config(Backup=[]))

    assert (found.schemas, found.broken) == ((), ())


def test_backups_yaml_written_as_json_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "backups.json"
    path.write_text('{"databases": {}}')

    assert load_config(path) == Config(path, (), ())
    assert load_predecessor(path) is None
    assert (
        load_predecessor(
            SAMPLE.with_name("backups.yaml").with_suffix(".json").with_name("config.json")
        )
        is not None
    )


def test_config_json_is_found_where_there_is_no_backups_yaml(
    files: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files()
    monkeypatch.delenv(load.VARIABLE, raising=False)
    monkeypatch.setattr(load, "DEFAULT_PATH", path.with_name("backups.yaml"))
    monkeypatch.setattr(load, "PREDECESSOR_PATH", path)

    assert load_config().path == path

    path.with_name("backups.yaml").write_text("databases: {}")
    assert load_config().path == path.with_name("backups.yaml")


def test_connections_are_those_of_the_files(files: Callable[..., Path]) -> None:
    path = files(
        config(Backup=[backup(), backup(Esquema="SALES", Password=" archivo-secreto ")]),
    )

    found = {name: parts.as_dict() for name, parts in read(path).connections.items()}

    assert found == {
        "predecessor_bbdd": {
            "conn_type": "oracle",
            "host": "db1.dominio.com",
            "port": 1521,
            "login": "system",
            "password": "bbdd-secreto",
            "extra": {"service_name": "ORCL"},
        },
        "predecessor_sftp": {
            "conn_type": "sftp",
            "host": "sftp.dominio.com",
            "port": 2222,
            "login": "copias",
            "password": "sftp-secreto",
            "extra": {"look_for_keys": False, "host_key": HOST_KEY},
        },
        "predecessor_correo": {
            "conn_type": "smtp",
            "host": "smtp.dominio.com",
            "port": 465,
            "login": "envio",
            "password": "correo-secreto",
            "extra": {"from_email": "envio@dominio.com", "disable_tls": True},
        },
        "predecessor_password_2": {"conn_type": "generic", "password": " archivo-secreto "},
    }


@pytest.mark.parametrize(
    ("port", "extra"),
    [
        (465, {"disable_tls": True}),
        (2465, {"disable_tls": True}),
        (587, {"disable_ssl": True}),
        (25, {"disable_tls": True, "disable_ssl": True}),
    ],
)
def test_port_of_the_mail_server_says_how_it_is_spoken_to(
    files: Callable[..., Path], port: int, extra: dict[str, bool]
) -> None:
    found = read(files(None, credentials(CORREO={2: port}))).connections["predecessor_correo"]

    assert found.extra == {"from_email": "envio@dominio.com", **extra}


def test_store_without_a_host_key_spells_out_that_it_is_not_verified(
    files: Callable[..., Path],
) -> None:
    found = read(files(None, credentials(SFTP={4: " "}))).connections["predecessor_sftp"]

    assert found.extra == {"look_for_keys": False, "no_host_key_check": True}


@pytest.mark.parametrize("written", ["claves\\id_rsa", "config/claves/id_rsa"])
def test_key_file_of_the_store_is_found_like_the_credentials(
    files: Callable[..., Path], written: str
) -> None:
    path = files(None, credentials(SFTP={3: "", 5: written}))
    key = path.parent / "claves" / "id_rsa"
    key.parent.mkdir()
    key.write_text("key")

    found = read(path).connections["predecessor_sftp"]

    assert found.extra["key_file"] == str(key)
    assert found.password is None


def test_key_file_that_is_not_there_is_looked_for_in_the_scripts_folder(
    files: Callable[..., Path], tmp_path: Path
) -> None:
    found = read(files(None, credentials(SFTP={5: "id_rsa"}))).connections["predecessor_sftp"]

    assert found.extra["key_file"] == str(tmp_path / "script" / "id_rsa")


def test_nothing_shows_a_password(files: Callable[..., Path]) -> None:
    path = files(config(Backup=[backup(Password="archivo-secreto")]))
    found = read(path)

    shown = "\n".join(
        [
            repr(found),
            repr(load_config(path)),
            render_yaml(found.translation),
            *map(repr, carried_lines(found)),
            *map(repr, lost_lines(found)),
        ]
    )

    assert not [secret for secret in SECRETS if secret in shown]


def test_imported_file_says_the_same_and_what_is_common_once(files: Callable[..., Path]) -> None:
    path = files(
        config(
            Backup=[
                backup(),
                backup(Esquema='"Web Shop"', Comando="exp", Password="archivo-secreto"),
                backup(Esquema="NO"),
            ]
        )
    )
    text = render_yaml(read(path).translation)

    again = parse_config(text, path=path.with_name("backups.yaml"))

    assert again.problems == ()
    assert again.schemas == load_config(path).schemas
    assert len(again.schemas) == 3
    assert text.count("keep_last") == 1


def test_imported_file_without_entries_has_none(files: Callable[..., Path]) -> None:
    text = render_yaml(read(files(config(Backup=[]))).translation)

    assert parse_config(text, path=SAMPLE).schemas == ()


def test_account_tells_what_became_what(files: Callable[..., Path]) -> None:
    found = read(files(config(Backup=[backup(Password="archivo-secreto")])))

    lines = {(one.source, one.target): one.text for one in carried_lines(found)}

    assert lines["Backup[0].Esquema", "databases.orcl.schemas.HR"] == ""
    assert lines["ConfiguracionSFTP.NumeroBackupsaMantener", "retention.keep_last"] == "5"
    assert lines["AvisoCorreo.Destinatario", "mail.to"] == '"it@dominio.com"'
    assert lines["(in neither file)", "timezone"] == '"Europe/Madrid"'
    assert lines['"credenciales.json".SFTP', "connection predecessor_sftp"] == (
        "sftp, with its password"
    )
    assert lines["Backup[0].Password", "connection predecessor_password_1"] == "the password"


def test_account_tells_what_is_lost(files: Callable[..., Path]) -> None:
    path = files(
        config(
            SQLRutaBackup="SELECT '/u01' FROM dual;",
            Programacion="02:00",
            Backup=[backup(FicheroLog="log/otro-%%FECHA%%.log", Nota="x")],
            ConfiguracionSFTP={"RutaInicialSFTP": "copias", "Nota": "x"},
        ),
        credentials(SFTP={4: ""}, CORREO={4: None}),
    )
    content = path.read_bytes()

    found = read_predecessor(path, content, surroundings=Surroundings({}))

    assert found is not None
    lines = [(one.source, one.text) for one in lost_lines(found)]
    beginnings = [
        ("(in neither file)", "the task that started the script"),
        ('"credenciales.json".SFTP[4]', "the store's host key is not known"),
        ("SQLRutaBackup", "names no directory object: export.directory is DATA_PUMP_DIR"),
        ("ConfiguracionSFTP.RutaInicialSFTP", "the path is taken from the server's root"),
        ("ConfiguracionSFTP.NumeroBackupsaMantener", "is not there: every backup is kept"),
        ("Programacion", "is a key the script did not know"),
        ("ConfiguracionSFTP.Nota", "is a key the script did not know"),
        ("Backup[0].Nota", "is a key the script did not know"),
        ("Backup[0].Comando", "ORACLE_HOME is not set here and expdp is not on PATH"),
        ("Backup[0].FicheroLog", "the log is called as the dump is"),
        ("Backup[0].FicheroBackup", 'the folder "backups": expdp writes to its directory object'),
        ("Backup[0].FicheroLog", 'the folder "log": expdp writes to its directory object'),
    ]
    assert len(lines) == len(beginnings), lines
    for (source, text), (place, beginning) in zip(lines, beginnings, strict=True):
        assert source == place
        assert text.startswith(beginning)
    carried = {one.source: one.text for one in carried_lines(found)}
    assert carried['"credenciales.json".CORREO'] == "smtp"


def test_unknown_oracle_home_says_so_itself(files: Callable[..., Path]) -> None:
    path = files()

    found = read_predecessor(path, path.read_bytes(), surroundings=Surroundings({}))

    assert found is not None
    assert found.translation.schemas[0].environment.oracle_home == "/ORACLE_HOME-is-not-set"


def test_sample_is_json_as_it_stands() -> None:
    json.loads(SAMPLE.read_text(encoding="utf-8"))
