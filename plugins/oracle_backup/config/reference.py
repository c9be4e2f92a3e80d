"""What does each option mean? The reference page, made from the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from oracle_backup.config import duration, keep_span, names
from oracle_backup.config.example_file import render_scalar
from oracle_backup.config.model import Options
from oracle_backup.config.options import (
    example_of,
    fields_of,
    group_of,
    groups,
    written_default,
)
from oracle_backup.config.sections import SECTIONS

_HEAD = f"""\
<!-- Generated from plugins/oracle_backup/config/model.py by `make generate`. -->
# The config file

`include/config/backups.yaml` says what is backed up; the environment variable
`ORACLE_BACKUP_CONFIG` names another file. `backups.example.yaml` beside it shows every option, and
`backups.schema.json` lets an editor complete and check it.

```yaml
defaults:                      # options for all
  host_conn_id: oracle_host
  database_conn_id: oracle_erp
  environment: {{oracle_home: /u01/app/oracle/product/19.3.0/dbhome_1, oracle_sid: ORCL}}
  store: {{conn_id: backup_store, path: /backups/oracle}}
  mail: {{to: [dba@example.com]}}
databases:
  erp:                         # a name of your own; options for all its schemas
    timezone: Europe/Madrid
    schemas:
      HR:                      # a schema, with no options of its own
      SALES:
        retention: {{keep_daily: 14, keep_monthly: 12}}
```

## Levels

Every option may stand in `defaults`, for a database and for a schema; the nearest one holds.
*Required* means: on one of these levels.

- Groups are merged option by option: a schema that sets `export.parallel` keeps the database's
  `export.directory`.
- Lists are replaced as a whole, not joined.
- `null`, or nothing behind the colon, takes the value of another level away where "empty" is
  allowed. A group with nothing in it changes nothing.

## Names

- A database is called as you like: {names.DATABASE_RULE}.
  The name becomes part of DAGs, folders and files, so changing it begins a new history.
- A schema is written as in SQL: {names.SCHEMA_RULE}.
  Lower case is read as upper case. A name that has lower case in Oracle stands in double quotes,
  and these in single ones: `'"Web Shop"'`.
- {", ".join(sorted(names.ORACLES_OWN))} are Oracle's own; no export tool exports them.
- In DAGs, folders and files a sign that is no letter, digit or `_` becomes its code between dashes:
  `A$B` is `A-24-B`. Two schemas that differ in nothing but case must stand under different database
  names.

## How values are written

- A duration has units, the longest first: `90m`, `6h`, `1d12h`, `2w`. `m` is minutes. At most
  {duration.LONGEST.days // 365} years.
- A span of retention goes by the calendar: years, months, weeks, days, hours, as in `12h`, `30d`,
  `8w`, `6mo`, `1y6mo`. Restic's `1y6m` is read too; a bare `6m` is not, as it could be minutes.
- A cron string has five fields and stands in quotes: `"*/30 * * * *"`.
- YAML is read in version 1.2's sense: only `true` and `false` are truth values, `no` and `on` are
  text. Numbers stand without quotes. Anchors, aliases, merge keys and tags are not read.
- No secret stands in the file. Where a password is needed, an Airflow connection is named.

## What happens with mistakes

A mistake breaks the schemas it concerns and no others: each becomes a DAG that fails and says all
that is wrong. A mistake in `defaults` or at a database concerns every schema that takes the wrong
value from there. Only a file that cannot be read as YAML, or has no `databases`, stops everything.
An option the file does not know is a mistake too, and so is a key that stands twice.

## Options
"""


def render_reference() -> str:
    """Render the page."""
    schema = Options.model_json_schema(by_alias=True)
    plain = {name: field for name, field in fields_of(Options).items() if name not in groups()}
    lines = [_HEAD, *_table(plain, schema)]
    for name, field in groups().items():
        model = group_of(field) or BaseModel
        lines += ["", f"### {name}", "", str(field.description), ""]
        lines += _table(fields_of(model), schema["$defs"][model.__name__])
    lines += ["", "## Sections beside defaults and databases", ""]
    lines.append("A mistake in one of them makes its DAG fail with the reason, and no other.")
    for name, section in SECTIONS.items():
        lines += ["", f"### {name}", "", f"{section.__doc__}", ""]
        lines += _table(fields_of(section), section.model_json_schema(by_alias=True))
    return "\n".join(lines) + "\n"


def _table(fields: dict[str, FieldInfo], schema: dict[str, Any]) -> Iterator[str]:
    yield "| option | value | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in fields.items():
        value = _kind(schema["properties"][name])
        example = example_of(field)
        if value.startswith(("text", "duration", "span", "list")):
            value += f", such as `{render_scalar(example)}`"
        yield f"| `{name}` | {value} | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    default = written_default(field)
    return "empty" if default in (None, []) else f"`{render_scalar(default)}`"


def _kind(schema: dict[str, Any]) -> str:
    """Say in words what a JSON Schema lets in."""
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    if schema.get("pattern") == duration.WRITTEN:
        return "duration"
    if schema.get("pattern") == keep_span.WRITTEN:
        return "span"
    if schema["type"] == "integer":
        return f"{schema['minimum']} to {schema['maximum']}"
    return {
        "string": "text",
        "boolean": "`true` or `false`",
        "null": "empty",
        "array": "list",
    }[schema["type"]]
