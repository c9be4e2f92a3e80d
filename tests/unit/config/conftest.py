from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from oracle_backup.config.load import Config, load_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oracle_backup.config.model import SchemaSettings

DEFAULTS = """\
defaults:
  host_conn_id: host
  database_conn_id: database
  environment: {oracle_home: /u01/home, oracle_sid: ORCL}
  store: {conn_id: store, path: /backups}
  mail: {to: [dba@example.com]}
"""


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str], Config]:
    """Load a whole file."""

    def load(text: str) -> Config:
        path = tmp_path / "backups.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return load


@pytest.fixture
def load_databases(load_text: Callable[[str], Config]) -> Callable[[str], Config]:
    """Load what stands below `databases:`, on sufficient defaults."""

    def load(text: str) -> Config:
        below = textwrap.indent(textwrap.dedent(text), "  ")
        return load_text(f"{DEFAULTS}databases:\n{below}")

    return load


@pytest.fixture
def load_options(load_databases: Callable[[str], Config]) -> Callable[[str], Config]:
    """Load what stands below one schema, erp's HR."""

    def load(text: str) -> Config:
        below = textwrap.indent(textwrap.dedent(text), "      ")
        return load_databases(f"erp:\n  schemas:\n    HR:\n{below}")

    return load


@pytest.fixture
def settings(load_options: Callable[[str], Config]) -> Callable[[str], SchemaSettings]:
    """Load one schema that must be right."""

    def load(text: str) -> SchemaSettings:
        config = load_options(text)
        assert config.problems == ()
        return config.schemas[0]

    return load


@pytest.fixture
def problems(load_options: Callable[[str], Config]) -> Callable[[str], list[str]]:
    """Load one schema that must be broken; say why, less the path of the schema."""

    def load(text: str) -> list[str]:
        config = load_options(text)
        assert config.schemas == ()
        return [line.removeprefix("databases.erp.schemas.HR.") for line in config.problems]

    return load
