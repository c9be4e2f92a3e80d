"""Imports go one way; the domain knows nothing of the outside."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "plugins" / "oracle_backup"

# Each room, and the rooms it may know. Further down means nearer to the ground.
MAY_IMPORT = {
    "errors": set(),
    "domain": {"errors"},
    "config": {"domain", "errors"},
    "adapters": {"domain", "errors"},
    "hooks": {"config", "adapters", "domain", "errors"},
    "notifications": {"hooks", "adapters", "domain", "errors"},
    "triggers": {"hooks", "adapters", "domain", "errors"},
    "operators": {"triggers", "notifications", "hooks", "adapters", "domain", "errors"},
    "dag_parts": {"operators", "config", "domain", "errors"},
    "dag_watchdog": {"dag_parts", "operators", "notifications", "config", "domain", "errors"},
    "dag_factory": {
        "dag_parts",
        "operators",
        "triggers",
        "notifications",
        "hooks",
        "config",
        "domain",
        "errors",
    },
    "dag_digest": {"dag_parts", "operators", "config", "domain", "errors"},
    "cli": {"hooks", "config", "adapters", "domain", "errors"},
    "__main__": {"cli"},
    "__init__": set(),
}
WITHOUT_AIRFLOW = {"errors", "domain", "config", "adapters", "cli", "__main__", "__init__"}
LATE_IN = {
    *("operators", "hooks", "notifications"),
    *("dag_factory", "dag_digest", "dag_parts", "dag_watchdog"),
}
LATE = {"paramiko", "asyncssh", "py7zr", "oracledb"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path, *, at_load: bool = False) -> set[str]:
    """Return the dotted names a module imports; with `at_load` only those imported at once."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = _run_at_load(tree) if at_load else ast.walk(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _run_at_load(tree: ast.Module):
    for node in tree.body:
        is_type_checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if not is_type_checking:
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_only_what_its_room_may(path: Path):
    room = room_of(path)
    assert room in MAY_IMPORT, f"{room} is a room nobody has placed"

    for name in imports_of(path):
        head, *rest = name.split(".")
        if head == "oracle_backup" and rest:
            assert rest[0] in MAY_IMPORT[room] | {room}, f"{room} imports {name}"
        if room in WITHOUT_AIRFLOW:
            assert head != "airflow", f"{room} imports {name}"


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if room_of(path) in {"domain", "errors"}],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_domain_imports_the_standard_library_only(path: Path):
    heads = {name.split(".")[0] for name in imports_of(path)} - {"oracle_backup"}

    assert heads <= sys.stdlib_module_names
    assert not heads & {"socket", "subprocess", "urllib", "http", "sqlite3", "os", "shutil"}


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if room_of(path) in LATE_IN],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_heavy_libraries_are_imported_late_where_dags_are_parsed(path: Path):
    assert not {name.split(".")[0] for name in imports_of(path, at_load=True)} & LATE


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if room_of(path) == "cli"],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_command_line_imports_hooks_late(path: Path):
    # They import Airflow, which most commands do without.
    assert not [
        name for name in imports_of(path, at_load=True) if name.startswith("oracle_backup.hooks")
    ]


def test_no_module_is_longer_than_400_lines():
    long = {
        str(path.relative_to(PACKAGE)): count
        for path in MODULES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}


def test_dag_files_are_thin():
    for path in (PACKAGE.parents[1] / "dags").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 20
