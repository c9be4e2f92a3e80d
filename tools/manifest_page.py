"""What do the reference pages on manifests say? The JSON Schema, and the same in plain words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from oracle_backup.domain.manifest import ArchiveRecord, Drill, Manifest, Member, Verification
from oracle_backup.domain.manifest.json_schema import manifest_schema

_HEAD = """\
<!-- Generated from the code in domain/manifest by `python tools/generate_reference.py`. -->
# The manifest

A manifest is the small JSON file beside an archive: `HR-20261123T020000Z.7z` has
`HR-20261123T020000Z.7z.json`.
It says of which schema the backup is, which instant its data show, whether it is complete, what is
in the archive and how that was proven.
It is written last.
An archive without a manifest does not exist to retention, restore, `list` and `status`; a manifest
whose archive is gone, or has another size than it tells, is half a backup and counts as none.

[manifest.schema.json](manifest.schema.json) is the same as a JSON Schema (2020-12), for programs
that read manifests.

## What others may rely on

- It is UTF-8, one JSON object, under {most} MiB. A line per table makes most of it.
- All instants are ISO 8601 in UTC and end in `Z`. Sizes are bytes. SHA-256 is 64 small hexadecimal
  digits.
- `archive.name` is the name of the file beside it, never a path. The file may be renamed together
  with its manifest only if `archive.name` is changed too.
- `manifest_version` is {version}. It changes only when a field gets another meaning or goes away;
  a manifest of another version is not read, and what it belongs to is left alone.
- A later release may add fields, in every object. A reader has to pass over those it does not know,
  and whoever rewrites a manifest has to keep them, as this release does.
- {later} came later: a manifest without them is good too.
- No secret is in it: neither passwords nor connection strings.

## What changes after it was written

The verification writes `verified`, `damage` and `archive.sha256`; `pin` and `unpin` write `pinned`
and `note`; a rehearsed restore adds to `drills`. All else stays as it was on the day of the export.
A change writes the whole file anew and swaps it in, so a reader sees the old or the new one.

When a backup is removed, its manifest is first renamed to `….json.deleting`: from then on the
backup does not count. What a crash leaves in that state is ended by the next run.

## Fields
"""
_EXAMPLE_HEAD = """
## Example

```json
"""
_TITLES = {
    "ArchiveRecord": "archive",
    "Member": "archive.members",
    "TableRow": "tables",
    "Verification": "verified",
    "Drill": "drills",
}


def render_schema() -> str:
    """Return the JSON Schema as a file."""
    return json.dumps(manifest_schema(), indent=2, ensure_ascii=False) + "\n"


def render_manifest(*, most_bytes: int) -> str:
    """Return the page in plain words; a manifest has at most so many bytes."""
    schema = manifest_schema()
    properties = schema["properties"]
    later = [f"`{name}`" for name in properties if name not in schema["required"]]
    head = _HEAD.format(
        most=most_bytes // 1024**2,
        version=properties["manifest_version"]["const"],
        later=", ".join(later[:-1]) + f" and {later[-1]}",
    )
    parts = [head, *_table(schema)]
    for kind, title in _TITLES.items():
        part = schema["$defs"][kind]
        parts += [f"\n### {title}\n\n{part['description']}\n", *_table(part)]
    text = json.dumps(example().to_dict(), indent=1, ensure_ascii=False)
    return "".join([*parts, _EXAMPLE_HEAD, text, "\n```\n"])


def _table(record: dict[str, Any]) -> list[str]:
    rows = ["\n| field | kind | meaning |\n|---|---|---|\n"]
    for name, form in record["properties"].items():
        meaning = form.get("description", "").replace("|", "\\|")
        rows.append(f"| `{name}` | {_kind(form)} | {meaning} |\n")
    return rows


def _kind(form: dict[str, Any]) -> str:
    """Return a field's kind in words."""
    if "const" in form:
        return f"`{form['const']}`"
    if "enum" in form:
        return ", ".join(f"`{one}`" if one else "empty" for one in form["enum"])
    if "$ref" in form:
        title = _TITLES[form["$ref"].rpartition("/")[2]]
        return f"object, see [{title}](#{title.replace('.', '')})"
    if "anyOf" in form:
        return " or ".join(_kind(one) for one in form["anyOf"])
    if form.get("format") == "date-time":
        return "instant"
    if form["type"] == "array":
        return f"list of {_kind(form['items'])}"
    kinds = [form["type"]] if isinstance(form["type"], str) else form["type"]
    return " or ".join({"boolean": "true or false"}.get(one, one) for one in kinds)


def example() -> Manifest:
    """Return the manifest that the page shows."""
    due = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    stem = "HR-20261123T020000Z"
    members = (
        Member(name=f"{stem}_01.dmp", size_bytes=1_187_840, sha256="3f" * 32, crc32=2_215_813_241),
        Member(name=f"{stem}.log", size_bytes=4_127, sha256="a8" * 32, crc32=904_251_077),
    )
    return Manifest(
        database="erp",
        schema="HR",
        dag_id="oracle_backup__erp__HR",
        run_id="scheduled__2026-11-23T02:00:00+00:00",
        job="OB_MZXW6YTBOI2D_G1",
        generation=1,
        scheduled_time=due,
        snapshot_time=due + timedelta(seconds=12),
        snapshot_scn=20_481_532,
        export_started=due + timedelta(seconds=12),
        export_ended=due + timedelta(seconds=71),
        verdict="complete",
        reasons=("The log ends with success.",),
        warnings=(),
        tool="expdp",
        tool_version="19.21.0.0.0",
        database_version="19.21.0.0.0",
        character_set="AL32UTF8",
        parameters={"directory": "DATA_PUMP_DIR", "parallel": 1},
        tables=(
            {
                "owner": "HR",
                "table": "EMPLOYEES",
                "partition": None,
                "subpartition": None,
                "rows": 107,
                "size_bytes": 17_490,
                "seconds": None,
            },
        ),
        archive=ArchiveRecord(
            name=f"{stem}.7z",
            size_bytes=211_534,
            start_header="377abcaf271c0004" + "5e" * 24,
            body_sha256="b1" * 32,
            sha256="c4" * 32,
            encrypted=True,
            level=1,
            members=members,
        ),
        verified=Verification(time=due + timedelta(seconds=95), method="full"),
        host_folder="/u01/app/oracle/admin/ORCL/dpdump",
        drills=(
            Drill(
                time=due + timedelta(days=6, hours=3),
                kind="check",
                result="passed",
                reason="The dump was read through without an error.",
            ),
        ),
    )
