"""
What every test stands on: an Airflow home of its own, set before Airflow is first imported.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(tempfile.mkdtemp(prefix="oracle-backup-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
    # What the person running the tests has set up is theirs, and no test may touch it.
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME}/airflow.db",
    "ORACLE_BACKUP_CONFIG": str(HOME / "backups.yaml"),
}
(HOME / "backups.yaml").write_text("databases: {}\n", encoding="utf-8")

# A slow machine is no failure: timings are measured by `make bench`, never asserted.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what our tests understand."""
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files anew; then look at them"
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT
