"""Airflow runs every .py under plugins/ as a bare module, unless plugins/.airflowignore says no."""

import json
from collections.abc import Callable

LOAD = """
import json, sys
import types, errno, email, inspect
before = {name: id(sys.modules[name]) for name in ("types", "errno", "email", "inspect")}
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
import oracle_backup.errors
print("RESULT " + json.dumps({
    "plugins": [plugin.name for plugin in plugins if "oracle" in (plugin.name or "")],
    "errors": errors,
    "intact": all(id(sys.modules[name]) == at for name, at in before.items()),
    "bare": sorted(
        name for name, module in sys.modules.items()
        if "." not in name and name != "oracle_backup"
        and "/plugins/oracle_backup/" in str(getattr(module, "__file__", ""))
    ),
    "importable": oracle_backup.errors.BackupError.__module__,
}))
"""


def test_airflow_loads_exactly_one_plugin_and_leaves_the_standard_library_alone(
    run_fresh: Callable[[str], str],
):
    lines = run_fresh(LOAD).splitlines()

    result = json.loads(next(line for line in lines if line.startswith("RESULT "))[7:])
    assert result == {
        "plugins": ["oracle_backup"],
        "errors": {},
        "intact": True,
        "bare": [],
        "importable": "oracle_backup.errors",
    }
