"""How is what the predecessor's files say written as a backups.yaml?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from oracle_backup.config import names
from oracle_backup.config.predecessor.translate import Translation

_HEAD = """\
# yaml-language-server: $schema=backups.schema.json
#
# Made from the predecessor's config.json by `python -m oracle_backup import-config`.
# docs/reference/configuration.md tells of every option; passwords are in Airflow's connections.

"""

Tree = dict[str, object]


def render_yaml(translation: Translation) -> str:
    """
    Given files without problems, return the backups.yaml that says the same.

    What all schemas have stands once, for the database.
    """
    written = [entry.draft.options for entry in translation.entries]
    common = _common(written)
    schemas = {
        _key(settings.schema_name): _without(options, common) or None
        for settings, options in zip(translation.schemas, written, strict=True)
    }
    databases: Tree = {translation.database: {**common, "schemas": schemas}} if schemas else {}
    return _HEAD + yaml.safe_dump(
        {"databases": databases},
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=100,
    )


def _key(schema_name: str) -> str:
    """Write a schema's name so that it is read as this one."""
    plain = re.fullmatch(names.SCHEMA_NAME, schema_name) and schema_name == schema_name.upper()
    return schema_name if plain else f'"{schema_name}"'


def _common(trees: Sequence[Tree]) -> Tree:
    """Return the options that all trees have alike."""
    if not trees:
        return {}
    found: Tree = {}
    for name, value in trees[0].items():
        others = [tree.get(name) for tree in trees]
        groups = [other for other in others if isinstance(other, dict)]
        if isinstance(value, dict) and len(groups) == len(trees):
            found[name] = _common(groups)
        elif all(other == value for other in others):
            found[name] = value
    return found


def _without(tree: Tree, common: Tree) -> Tree:
    """Return the options that are not common to all."""
    rest: Tree = {}
    for name, value in tree.items():
        if name not in common:
            rest[name] = value
        elif isinstance(value, dict):
            shared = common[name]
            below = _without(value, shared if isinstance(shared, dict) else {})
            if below:
                rest[name] = below
    return rest
