"""Whatever the predecessor's files hold, they are loaded or refused, and imported as they load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.load import load_config, load_predecessor, parse_config
from oracle_backup.config.predecessor.account import carried_lines, lost_lines
from oracle_backup.config.predecessor.yaml_file import render_yaml
from oracle_backup.errors import ConfigError
from support.predecessor_files import HOST_KEY, config, credentials, write_files

if TYPE_CHECKING:
    from pathlib import Path

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
blanks = st.sampled_from(["", " ", "  \t"])
line = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
pieces = st.lists(
    st.sampled_from(["%%ESQUEMA%%", "%%FECHA%%", "%%SERVIDOR%%", "%%bbdd%%", "{", "}", "<p>"])
    | line.filter(lambda words: "%" not in words),
    max_size=5,
).map("".join)
folders = st.sampled_from(["", "backups/", "backups\\", "/copias/x/"])


def padded(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(blanks, strategy, blanks).map("".join)


def file_name(ending: str) -> st.SearchStrategy[str]:
    return st.tuples(folders, pieces, st.sampled_from(["", ending, ending.upper()])).map("".join)


schema_names = st.lists(
    st.sampled_from(["HR", "SALES", "CRM", "NO", "a$b", "Q1", '"Web Shop"', '"null"', "OFF"]),
    min_size=1,
    max_size=4,
    unique=True,
)


@st.composite
def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        draw(
            st.fixed_dictionaries(
                {"Esquema": padded(st.just(name))},
                optional={
                    "Comando": padded(st.sampled_from(["expdp", "exp", "EXPDP.EXE"])),
                    "Password": text,
                    "FicheroBackup": file_name(".dmp"),
                    "FicheroLog": file_name(".log"),
                    "FicheroComprimido": file_name(".7z"),
                },
            )
        )
        for name in draw(schema_names)
    ]


numbers = st.integers(1, 999)
valid_configs = st.fixed_dictionaries(
    {
        "Backup": entries(),
        "ConfiguracionSFTP": st.fixed_dictionaries(
            {},
            optional={
                "RutaInicialSFTP": padded(st.sampled_from(["", "/", "/a/b", "\\a b\\ñ", "no"])),
                "RutaSFTP": padded(st.sampled_from(["", "BackupTraza", "x/y/", "1:30", "~"])),
                "NumeroBackupsaMantener": numbers | numbers.map(str) | padded(numbers.map(str)),
            },
        ),
        "AvisoCorreo": st.fixed_dictionaries(
            {"Destinatario": st.sampled_from(["it@dominio.com", "a@b.es, c@d.es", ["no@x.es"]])},
            optional={"Asunto": pieces.map(lambda words: words[:120]), "Mensaje": pieces},
        ),
    },
    optional={
        "SQLRutaBackup": st.sampled_from([config()["SQLRutaBackup"], "select 1 from dual;", ""]),
        "FraseAdvertencias": line,
        "FraseError": line,
    },
)
valid_credentials = st.fixed_dictionaries(
    {
        "BBDD": st.tuples(
            st.sampled_from(["db1", "db1.dominio.com", "::1", "10.0.0.1"]),
            st.sampled_from([1521, "1521", None]),
            st.sampled_from(["ORCL", "ORCL.WORLD", "BBDD(SID)", "1", "no"]),
            st.just("system"),
            text.map(lambda word: f"x{word}"),
        ).map(list),
        "CORREO": st.tuples(
            st.just("envio@dominio.com"),
            st.just("smtp"),
            st.sampled_from([25, "465", 587]),
        ).map(list),
        "SFTP": st.tuples(
            st.just("sftp"),
            st.just(22),
            st.just("u"),
            st.just("p"),
            st.sampled_from(["", HOST_KEY]),
            st.sampled_from(["", "claves\\id_rsa"]),
        ).map(list),
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("script")


@given(config_json=valid_configs, login=valid_credentials)
def test_files_that_are_right_load_and_are_imported_as_they_load(
    folder: Path, config_json: dict[str, Any], login: dict[str, Any]
) -> None:
    path = write_files(folder, config_json, login)

    found = load_config(path)
    read = load_predecessor(path)

    assert read is not None
    for line_ in found.problems:
        # What only the length, another entry or the tool makes wrong: exp writes where it is told.
        assert any(
            words in line_
            for words in (
                "makes names of up to",
                "could give its files the names",
                "must be an absolute path of letters",
            )
        )
    if found.broken:
        return
    again = parse_config(render_yaml(read.translation), path=path)
    assert again.problems == ()
    assert again.schemas == found.schemas
    assert len(again.schemas) == len(config_json["Backup"])
    assert list(carried_lines(read))
    assert list(lost_lines(read))


names = st.sampled_from(
    [
        *("FicheroCredenciales", "SQLRutaBackup", "FraseError", "Backup", "ConfiguracionSFTP"),
        *("AvisoCorreo", "Comando", "Esquema", "Password", "FicheroBackup", "FicheroLog"),
        *("FicheroComprimido", "RutaSFTP", "NumeroBackupsaMantener", "Destinatario", "Asunto"),
        *("BBDD", "SFTP", "CORREO", " backup ", "asunto", "Bakup"),
    ]
) | st.text(max_size=3)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["%%FECHA%%", "%%X%%", "%%", "a\\b", "a@b", "expdp", "HR"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
    max_leaves=10,
)
changes = st.dictionaries(st.sampled_from(list(config())), values, max_size=4)


@given(config_json=values | changes.map(lambda new: config() | new), login=values)
def test_anything_is_loaded_or_refused(folder: Path, config_json: object, login: object) -> None:
    path = write_files(folder, config_json, login, ensure_ascii=True)
    try:
        found = load_config(path)
    except ConfigError as error:
        assert error.message  # noqa: PT017 - some of it loads
        return
    keys = [entry.key for entry in (*found.schemas, *found.broken)]
    assert len({key.lower() for key in keys}) == len(keys)
    assert all(entry.problems for entry in found.broken)
    assert all(one.isprintable() for one in found.problems)


@given(entry=values)
def test_one_entry_never_hides_another(folder: Path, entry: object) -> None:
    right = {"Esquema": "DERECHO"}
    path = write_files(folder, config(Backup=[entry, right]), credentials(), ensure_ascii=True)
    try:
        found = load_config(path)
    except ConfigError as error:
        # Of the whole file only what no file can hold is refused.
        assert "cannot be read as JSON" in error.message  # noqa: PT017
        return
    assert "DERECHO" in [one.schema_name for one in found.schemas]
    assert json.loads(path.read_text(encoding="utf-8"))["Backup"][1] == right
