"""What does a config file with every option look like?"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from oracle_backup.config.model import Options
from oracle_backup.config.options import (
    example_of,
    fields_of,
    group_of,
    written_default,
)
from oracle_backup.config.sections import SECTIONS

MODELINE = "# yaml-language-server: $schema=backups.schema.json"

# What YAML takes for something else at the beginning of a text or, in a list, within it. A cron
# string is always quoted, so that changing it to "*/5 * * * *" does no harm.
_ASKS_FOR_QUOTES = re.compile(r"""^[\s@&!%#?>|'"`:-]|^[0-9.]+$|[*,\[\]{}]|: | #""")

_HEAD = f"""\
{MODELINE}
#
# Every option there is. Required ones are set; the others stand behind a # with their default or,
# where they have none, with an example. Copy what you need to backups.yaml. Generated from the
# model by `make generate`; docs/reference/configuration.md explains more.
#
# Every option may stand in defaults, for a database and for a schema; the nearest one holds.
# Groups are merged option by option, lists are replaced. Passwords never stand here: they belong
# in Airflow's connections, which are named here by their ids.

defaults:
"""

_TAIL = """
# Databases have names of your own: they name folders, files and DAGs.
databases:
  erp:
    schedule: "30 1 * * *"  # in quotes: text that begins with * is no text in YAML
    login:
      connect_identifier: //db1.example.com:1521/ERPPDB
    environment:
      container: ERPPDB
    # parallel needs it; what is not licensed is never used by mistake.
    licensed: [enterprise_edition]
    schemas:
      # Nothing of its own: all its options come from the database and from defaults.
      HR:
      SALES:
        schedule: "0 */6 * * *"
        retention:
          keep_last: 4
          keep_daily: 14
          keep_monthly: 12
        export:
          parallel: 4
          file_size: 5G
          exclude_tables: [STAGING, '"Session Log"']
        archive:
          password_conn_id: oracle_backup_archive
        # Two copies on servers of their own, instead of the one of defaults.
        stores:
          - conn_id: backup_store
            path: /backups/oracle
          - name: offsite
            conn_id: offsite_store
            path: /oracle
            verify: hash
            bandwidth_limit: 20MB
      # A name that is not all upper case in Oracle: double quotes within single ones.
      '"Web Shop"':
        mail:
          to: [webshop@example.com]
          when: failures

  # An old database, exported with exp by the host itself.
  legacy:
    host_conn_id: oracle_legacy_host
    database_conn_id: oracle_legacy
    environment:
      oracle_home: /u01/app/oracle/product/10.2.0/db_1
      oracle_sid: LEGACY
    export:
      tool: exp
      path: /u02/backups
      direct: true
      # As the predecessor's FraseAdvertencias and FraseError.
      warning_phrases: [advertencias]
      error_phrases: [no ha terminado correctamente]
    schemas:
      INVOICES:
"""


def render_example() -> str:
    """Render the example file."""
    parts = [_HEAD, *(f"{line}\n" for line in _lines(fields_of(Options), indent="  "))]
    for name, model in SECTIONS.items():
        parts.append(f"\n# {model.__doc__}\n{name}:\n")
        parts += (f"{line}\n" for line in _lines(fields_of(model), indent="  "))
    return "".join([*parts, _TAIL])


def _lines(fields: dict[str, FieldInfo], *, indent: str) -> Iterator[str]:
    for name, field in fields.items():
        group = group_of(field)
        about = f"{field.description}{' Required.' if field.is_required() and not group else ''}"
        yield from textwrap.wrap(
            about,
            width=99,
            initial_indent=f"{indent}# ",
            subsequent_indent=f"{indent}# ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        if group is None:
            yield f"{indent}{'' if field.is_required() else '#'}{name}: {_sample(field)}"
        else:
            yield f"{indent}{name}:"
            yield from _lines(fields_of(group), indent=f"{indent}  ")


def _sample(field: FieldInfo) -> str:
    default = None if field.is_required() else written_default(field)
    value = example_of(field) if default in (None, []) else default
    return render_scalar(value)


def render_scalar(value: object) -> str:
    """Write a value as YAML, on one line; text in quotes only where it must be."""
    if isinstance(value, list):
        return f"[{', '.join(render_scalar(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {render_scalar(one)}' for name, one in value.items())}}}"
    if isinstance(value, str) and not _ASKS_FOR_QUOTES.search(value):
        return value
    return json.dumps(value)
