from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.merge import Level, merge_levels

# Well-formed levels: a name is always that of a group, or always that of an option.
scalars = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
plain_names = st.sampled_from(["a", "b", "c"])
groups = st.none() | st.dictionaries(plain_names, scalars, max_size=3)
options = st.dictionaries(plain_names, scalars, max_size=3)
levels = st.builds(
    lambda plain, grouped: {**plain, **grouped},
    options,
    st.dictionaries(st.sampled_from(["g", "h"]), groups, max_size=2),
)


def merged(*written: dict[str, object]) -> dict[str, object]:
    return merge_levels([Level((str(at),), one) for at, one in enumerate(written)]).options


def test_group_is_merged_option_by_option() -> None:
    assert merged({"g": {"a": 1, "b": 1}}, {"g": {"b": 2, "c": 2}}) == {
        "g": {"a": 1, "b": 2, "c": 2}
    }


def test_list_is_replaced() -> None:
    assert merged({"a": [1, 2]}, {"a": [3]}) == {"a": [3]}


def test_null_replaces_an_option() -> None:
    assert merged({"a": 1}, {"a": None}) == {"a": None}


def test_empty_group_changes_nothing() -> None:
    assert merged({"g": {"a": 1}}, {"g": None}, {"g": {}}) == {"g": {"a": 1}}


def test_text_where_a_group_stood_replaces_it_so_that_it_is_found() -> None:
    assert merged({"g": {"a": 1}}, {"g": "x"}) == {"g": "x"}


def test_group_replaces_text() -> None:
    assert merged({"g": "x"}, {"g": {"a": 1}}) == {"g": {"a": 1}}


def test_place_is_the_level_that_wrote_the_value() -> None:
    found = merge_levels(
        [
            Level(("defaults",), {"a": 1, "g": {"a": [1], "b": 1}}),
            Level(("databases", "erp"), {"g": {"b": 2}}),
        ]
    )
    here = ("databases", "erp", "schemas", "HR")
    assert found.place_of(("a",), otherwise=here) == ("defaults", "a")
    assert found.place_of(("g", "a", 0), otherwise=here) == ("defaults", "g", "a", 0)
    assert found.place_of(("g", "b"), otherwise=here) == ("databases", "erp", "g", "b")
    assert found.place_of(("z", "y"), otherwise=here) == (*here, "z", "y")


@given(levels)
def test_nothing_over_something_and_something_over_nothing_is_that(level: dict) -> None:
    assert merged({}, level) == merged(level) == merged(level, {})


@given(levels)
def test_the_same_twice_is_the_same(level: dict) -> None:
    assert merged(level, level) == merged(level)


@given(levels, levels, levels)
def test_merging_step_by_step_is_merging_at_once(one: dict, two: dict, three: dict) -> None:
    at_once = merged(one, two, three)
    assert merged(merged(one, two), three) == at_once
    assert merged(one, merged(two, three)) == at_once


@given(levels, levels)
def test_nearer_level_wins_and_nothing_else_is_lost(far: dict, near: dict) -> None:
    result = merged(far, near)
    assert set(result) == set(far) | set(near)
    for name in "abc":
        if name in near:
            assert result[name] == near[name]
        elif name in far:
            assert result[name] == far[name]


@given(levels, levels)
def test_merging_leaves_the_levels_alone(far: dict, near: dict) -> None:
    before = copy.deepcopy((far, near))
    result = merged(far, near)
    for value in result.values():
        if isinstance(value, dict):
            value["new"] = 1
    assert (far, near) == before


@given(levels, levels)
def test_every_value_is_found_at_the_place_named(far: dict, near: dict) -> None:
    written = {("far",): far, ("near",): near}
    found = merge_levels([Level(path, options) for path, options in written.items()])
    for name, value in found.options.items():
        for option in [(name, inner) for inner in value] if isinstance(value, dict) else [(name,)]:
            level, *rest = found.place_of(option, otherwise=("nowhere",))
            holder: object = written[(level,)]
            wanted: object = found.options
            for part in rest:
                holder, wanted = holder[part], wanted[part]  # type: ignore[index]
            assert holder == wanted
