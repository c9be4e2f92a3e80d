"""Whatever the file holds, it is loaded or refused; nothing else happens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.load import Config, load_config
from oracle_backup.config.options import all_options, groups
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted({part for path in all_options() for part in path} | set(groups()))
names = st.sampled_from([*NAMES, "schemas", "databases", "defaults", "erp", "HR"]) | st.text(
    max_size=3
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
levels = st.dictionaries(names, values, max_size=4) | values
databases = st.dictionaries(
    st.sampled_from(["erp", "crm", "a", "a__b", "A"]) | st.text(max_size=3),
    st.builds(
        lambda options, schemas: {**options, "schemas": schemas},
        st.dictionaries(names, values, max_size=3),
        st.dictionaries(
            st.sampled_from(["HR", "hr", '"Hr"', '"b__C"', "C", "SYS"]) | st.text(max_size=4),
            levels,
            max_size=3,
        ),
    )
    | values,
    max_size=3,
)
files = st.fixed_dictionaries({"databases": databases}, optional={"defaults": levels})


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config") / "backups.yaml"


def loaded(path: Path, value: object, *, raw: bool = True) -> Config:
    path.write_text(yaml.safe_dump(value, allow_unicode=raw), encoding="utf-8")
    return load_config(path)


@given(file=files | values)
def test_anything_is_loaded_or_refused(path: Path, file: object) -> None:
    try:
        config = loaded(path, file)
    except ConfigError as error:
        assert error.message  # noqa: PT017 - most files load
        return
    keys = [entry.key for entry in (*config.schemas, *config.broken)]
    assert len({key.lower() for key in keys}) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,235}", key) for key in keys)
    assert all(entry.problems for entry in config.broken)
    assert all(line.isprintable() for line in config.problems)


@given(level=levels)
def test_one_entry_never_hides_another(path: Path, level: object) -> None:
    right = {
        "host_conn_id": "host",
        "database_conn_id": "database",
        "environment": {"oracle_home": "/u01", "oracle_sid": "ORCL"},
        "store": {"conn_id": "store", "path": "/"},
        "mail": {"to": ["a@b"]},
    }
    file = {"databases": {"erp": {"schemas": {"ODD": level, "RIGHT": right}}}}
    # Escaped: some code points, as they are, make the file none of YAML.
    config = loaded(path, file, raw=False)
    assert [schema.key for schema in config.schemas] == ["erp__RIGHT"]
    assert [entry.key for entry in config.broken] == ["erp__ODD"]
