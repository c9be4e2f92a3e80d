"""A secret in the wrong place is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.config.load import Config

SECRET = "hunter2!"


@pytest.mark.parametrize(
    "text",
    [
        f"password: '{SECRET}'",
        f"Password: '{SECRET}'",
        f"db_passwd: '{SECRET}'",
        f"pwd: '{SECRET}'",
        f"secret: ['{SECRET}']",
        f"api_token: {{x: '{SECRET}'}}",
        f"private_key: '{SECRET}'",
        f"contraseña: '{SECRET}'",
        f"archive: {{password: '{SECRET}'}}",
        f"login: {{password: '{SECRET}'}}",
    ],
)
def test_unknown_option_for_a_secret_names_the_right_place(
    problems: Callable[[str], list[str]], text: str
) -> None:
    (line,) = problems(text)
    assert "unknown option; secrets belong in an Airflow connection" in line
    assert SECRET not in line


@pytest.mark.parametrize(
    "text",
    [
        f"archive: {{password_conn_id: '{SECRET}'}}",
        f"host_conn_id: 'ssh://oracle:{SECRET}@host'",
        f"store: {{conn_id: ['{SECRET}']}}",
        f"login: {{connect_identifier: 'scott/{SECRET}@//db/erp'}}",
        f"login: '{SECRET}'",
        f"mail: '{SECRET}'",
        f"zzz: '{SECRET}'",
        f"ping_url: 'https://hc.example/ping/{SECRET}/'",
        f"ping_url: ['https://hc.example/ping/{SECRET}']",
    ],
)
def test_secret_in_another_option_is_not_shown(
    problems: Callable[[str], list[str]], text: str
) -> None:
    (line,) = problems(text)
    assert SECRET not in line


def test_secret_instead_of_a_group_is_not_shown(load_text: Callable[[str], Config]) -> None:
    for text in (
        f"databases: {{erp: '{SECRET}'}}",
        f"databases: {{erp: {{schemas: '{SECRET}'}}}}",
        f"databases: {{erp: {{schemas: {{HR: '{SECRET}'}}}}}}",
        f"defaults: '{SECRET}'\ndatabases: {{erp: {{schemas: {{HR: }}}}}}",
    ):
        config = load_text(text)
        assert config.broken
        assert not any(SECRET in line for line in config.problems)
    for text in (f"databases: '{SECRET}'", f"'{SECRET}'", f"- '{SECRET}'"):
        with pytest.raises(ConfigError) as caught:
            load_text(text)
        assert SECRET not in str(caught.value)
