"""How does a schema whose settings are wrong show up?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context


class RefuseOperator(BaseOperator):
    """
    Fail with what is wrong in the config file about one schema.

    Stands in for the backup of a schema that can't be backed up, so that its absence is seen.

    Succeeds never.

    :param database: the database's name in the config.
    :param schema_name: the schema's name in the config.
    :param problems: one line each, beginning with the path in the file.
    :param path: the config file.

    :raises ConfigError: always. Not retried.
    """

    ui_color = "#fdeceb"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        problems: Sequence[str],
        path: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.problems = problems
        self.path = path

    def execute(self, context: Context) -> None:
        """Say what is wrong."""
        raise ConfigError(
            f"{self.path}: schema {self.schema_name} of database {self.database} is not backed "
            f"up, {len(self.problems)} problem(s):",
            problems=tuple(self.problems),
            hint="Mend the file; this DAG becomes the schema's backup by itself.",
        )
