"""Shapes of names as the config lets them pass: every kind, and the awkward ones often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import strategies as st

from oracle_backup.domain.name_template import check_file_template, check_folder_template
from oracle_backup.domain.names import NameShape

_PLACEHOLDERS = ("{schema}", "{database}", "{host}", "{time}", "{local_time}")
# What looks like a part of what stands behind a name, or before it.
_TEXTS = ("", "-", "_", "B", "Bb", "-g2", "-g21", "_01", "_1", "0", "2026", "T", "Z", "x.y", "HR")
_FIRST = ("x", "HR", "_", "0", "T", *_PLACEHOLDERS)
ZONES = ("UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")

# Around the two hours that Madrid's clocks showed twice in 2026, and anywhere.
_NEAR = st.integers(-7200, 7200).map(
    lambda seconds: datetime(2026, 10, 25, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
_ANYWHERE = st.datetimes(
    min_value=datetime(1990, 1, 2), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)
)
moments = (_NEAR | _ANYWHERE).map(lambda moment: moment.replace(microsecond=0))
generations = st.integers(1, 30)
databases = st.sampled_from(("erp", "a", "b2026", "hr"))
schemas = st.sampled_from(("HR", "HR2", "H", "R", "A$B", "Mixed Case", "B", "T0", "ÑANDÚ"))


def file_templates(*, blanks: bool = False) -> st.SearchStrategy[str]:
    """Return templates of file names."""
    pieces = st.lists(st.sampled_from((*_PLACEHOLDERS, *_TEXTS, *((" ",) if blanks else ()))))
    return st.builds(
        lambda first, before, time, after: "".join([first, *before, time, *after]).rstrip(" "),
        st.sampled_from(_FIRST),
        pieces,
        st.sampled_from(("{time}", "{local_time}")),
        pieces,
    ).map(partial(check_file_template, blanks=blanks))


def folder_templates() -> st.SearchStrategy[str]:
    """Return templates of folders, the empty one among them."""
    rest = st.lists(st.sampled_from((*_PLACEHOLDERS[:3], *_TEXTS)), max_size=3).map("".join)
    piece = st.builds(str.__add__, st.sampled_from(_FIRST[:-2]), rest)
    return st.lists(piece, max_size=3).map("/".join).map(check_folder_template)


def shapes() -> st.SearchStrategy[NameShape]:
    """Return whole shapes."""
    return st.builds(
        NameShape,
        archive=file_templates(blanks=True),
        folder=folder_templates(),
        export=file_templates(),
        numbered=st.booleans(),
        zone=st.sampled_from(ZONES),
        host=st.sampled_from(("db1.example.com", "ora-1", "H")),
    )
