"""
Which backups does a store hold? Its manifests say so, and nothing else.

The names below are what the rest of the project uses; each has its own module.
"""

from oracle_backup.adapters.catalogue.cache import CatalogueCache
from oracle_backup.adapters.catalogue.marks import record_drill, set_pin
from oracle_backup.adapters.catalogue.model import CatalogueEntry, StoreCatalogue
from oracle_backup.adapters.catalogue.reading import read_catalogue, read_manifest, read_store
from oracle_backup.adapters.catalogue.removal import finish_removals, remove_backups
from oracle_backup.adapters.catalogue.survey import survey_store

__all__ = [
    "CatalogueCache",
    "CatalogueEntry",
    "StoreCatalogue",
    "finish_removals",
    "read_catalogue",
    "read_manifest",
    "read_store",
    "record_drill",
    "remove_backups",
    "set_pin",
    "survey_store",
]
