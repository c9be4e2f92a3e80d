from __future__ import annotations

from collections.abc import Callable

import pytest

from oracle_backup.config.load import Config

Load = Callable[[str], Config]


def keys(config: Config) -> list[str]:
    return [schema.key for schema in config.schemas]


def test_schemas_come_in_the_order_of_the_file_with_their_levels(load_databases: Load) -> None:
    config = load_databases(
        """\
        erp:
          timezone: Europe/Madrid
          export: {parallel: 4, directory: ERP_DIR}
          schemas:
            SALES: {export: {parallel: 8}}
            hr:
        crm:
          schemas: {'"Web Shop"': {enabled: false}}
        """
    )
    assert config.broken == ()
    assert keys(config) == ["erp__SALES", "erp__HR", "crm__Web-20-Shop"]
    sales, hr, shop = config.schemas
    assert (sales.database, sales.schema_name, shop.schema_name) == ("erp", "SALES", "Web Shop")
    assert (sales.export.parallel, sales.export.directory) == (8, "ERP_DIR")
    assert (hr.export.parallel, hr.export.directory) == (4, "ERP_DIR")
    assert (sales.timezone, shop.timezone) == ("Europe/Madrid", "UTC")
    assert (sales.enabled, shop.enabled) == (True, False)


def test_wrong_schema_does_not_hide_the_others(load_databases: Load) -> None:
    config = load_databases("erp: {schemas: {A: , B: {retries: -1}, C: }}")
    assert keys(config) == ["erp__A", "erp__C"]
    (broken,) = config.broken
    assert (broken.database, broken.schema, broken.key) == ("erp", "B", "erp__B")
    assert broken.problems == ("databases.erp.schemas.B.retries: must be at least 0, is -1",)


def test_wrong_option_of_a_database_breaks_those_that_inherit_it(load_databases: Load) -> None:
    config = load_databases(
        """\
        erp:
          retries: -1
          schemas: {A: , B: {retries: 1}}
        crm:
          schemas: {C: }
        """
    )
    assert keys(config) == ["erp__B", "crm__C"]
    assert config.problems == ("databases.erp.retries: must be at least 0, is -1",)


def test_wrong_default_breaks_those_that_inherit_it(load_text: Load, load_databases: Load) -> None:
    whole = load_databases("erp: {schemas: {A: , B: {timezone: UTC}}}\ncrm: {schemas: {C: }}")
    text = whole.path.read_text().replace("defaults:", "defaults:\n  timezone: Mars/Base")
    config = load_text(text)
    assert keys(config) == ["erp__B"]
    assert [broken.key for broken in config.broken] == ["erp__A", "crm__C"]
    assert all(broken.problems == config.problems for broken in config.broken)
    assert config.problems[0].startswith("defaults.timezone: must be an IANA time zone")


@pytest.mark.parametrize(
    ("twice", "broken"),
    [
        ("{erp: {schemas: {A: {retries: 1, retries: 2}, B: }}, crm: {schemas: {C: }}}", ["erp__A"]),
        ("{erp: {schemas: {A: , A: , B: }}, crm: {schemas: {C: }}}", ["erp__A"]),
        (
            "{erp: {mail: {from: a@b, from: a@b}, schemas: {A: , B: }}, crm: {schemas: {C: }}}",
            ["erp__A", "erp__B"],
        ),
        (
            "{erp: {schemas: {A: , B: }, schemas: {D: }}, crm: {schemas: {C: }}}",
            ["erp__A", "erp__B"],
        ),
        (
            "{erp: {schemas: {A: , B: }}, erp: {schemas: {D: }}, crm: {schemas: {C: }}}",
            ["erp__A", "erp__B"],
        ),
    ],
)
def test_key_that_stands_twice_breaks_what_it_concerns(
    load_databases: Load, twice: str, broken: list[str]
) -> None:
    config = load_databases(twice)
    assert [entry.key for entry in config.broken] == broken
    assert all("stands twice" in entry.problems[0] for entry in config.broken)
    assert len(config.problems) == 1


def test_unknown_section_breaks_all_as_they_may_miss_its_options(
    load_text: Load, load_databases: Load
) -> None:
    whole = load_databases("erp: {schemas: {A: , B: }}")
    config = load_text(f"{whole.path.read_text()}\ndefault: {{retries: 1}}")
    assert config.schemas == ()
    assert config.problems == ('default: unknown section; did you mean "defaults"?',)


def test_same_schema_written_twice_breaks_both(load_databases: Load) -> None:
    config = load_databases("erp: {schemas: {HR: , hr: , X: }}\ncrm: {schemas: {HR: }}")
    assert keys(config) == ["erp__X", "crm__HR"]
    assert config.problems == (
        "databases.erp.schemas.HR: is the same schema as databases.erp.schemas.hr; remove one",
        "databases.erp.schemas.hr: is the same schema as databases.erp.schemas.HR; remove one",
    )
    one, two = (broken.key for broken in config.broken)
    assert one == "erp__HR"
    assert two.startswith("erp__hr-")


def test_schemas_that_differ_in_case_only_break_both(load_databases: Load) -> None:
    config = load_databases("""erp: {schemas: {HR: , '"Hr"': }}""")
    assert config.schemas == ()
    assert "would share its DAG and folder with databases.erp.schemas.HR" in config.problems[1]


def test_names_that_run_together_break_both(load_databases: Load) -> None:
    config = load_databases("""a: {schemas: {'"B__c"': }}\na__b: {schemas: {C: }}""")
    assert config.schemas == ()
    assert len(config.problems) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ('"H\\nDIRECTORY=X"', '"H\\nDIRECTORY=X": a schema name is'),
        ('"H,R"', '"H,R": a schema name is'),
        ('"H R"', '"H R": a schema name is'),
        ('"H%U"', '"H%U": a schema name is'),
        ('"D:H"', '"D:H": a schema name is'),
        ("'H''R'", '"H\'R": a schema name is'),
        ("'\"H,R\"'", "'\"H,R\"': a quoted schema name is"),
        ("SYS", "SYS: SYS belongs to Oracle"),
    ],
)
def test_schema_name_that_is_refused_is_shown_with_its_path(
    load_databases: Load, name: str, said: str
) -> None:
    config = load_databases(f"erp: {{schemas: {{{name}: {{retries: -1}}, X: }}}}")
    assert keys(config) == ["erp__X"]
    assert config.problems[0].startswith(f"databases.erp.schemas.{said}")
    assert config.problems[1].endswith(".retries: must be at least 0, is -1")
    assert config.broken[0].key.replace("-", "").replace("_", "").isalnum()


def test_database_name_that_is_refused_breaks_its_schemas(load_databases: Load) -> None:
    config = load_databases("ERP: {schemas: {A: , B: }}\ncrm: {schemas: {A: }}")
    assert keys(config) == ["crm__A"]
    assert config.problems == (
        "databases.ERP: a database name is a lower-case letter, then at most 39 lower-case "
        "letters, digits and _",
    )
    assert len({broken.key for broken in config.broken}) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("erp:", ["databases.erp: must be a group of options with schemas, is empty"]),
        ("erp: x", ["databases.erp: must be a group of options with schemas, is text"]),
        ("erp: {retries: 1}", ["databases.erp.schemas: is required; write each schema on a line"]),
        (
            "erp: {schemas: }",
            ["databases.erp.schemas: must be a group of schemas, is empty; write"],
        ),
        ("erp: {schemas: [A]}", ["databases.erp.schemas: must be a group of schemas, is a list"]),
        ("erp: {schemas: {A: yes}}", ["databases.erp.schemas.A: must be a group of options or "]),
        ("erp: {schemas: {A: [yes]}}", ["databases.erp.schemas.A: must be a group of options or "]),
        (
            "Erp: {schema: {A: }}",
            [
                "databases.Erp: a database name is",
                "databases.Erp.schemas: is required",
                'databases.Erp.schema: unknown option; did you mean "schemas"?',
            ],
        ),
        (
            "erp: {schemas: {}, schema: {A: }}",
            ['databases.erp.schema: unknown option; did you mean "schemas"?'],
        ),
    ],
)
def test_database_without_readable_schemas_is_broken_itself(
    load_databases: Load, text: str, said: list[str]
) -> None:
    config = load_databases(text)
    assert config.schemas == ()
    assert len(config.broken) == 1
    assert len(config.problems) == len(said)
    for line, beginning in zip(config.problems, said, strict=True):
        assert line.startswith(beginning)


def test_database_with_no_schemas_yet_is_no_mistake(load_databases: Load) -> None:
    config = load_databases("erp: {retries: 1, schemas: {}}")
    assert (config.schemas, config.broken) == ((), ())


def test_text_where_a_group_stands_farther_away_is_found(load_databases: Load) -> None:
    config = load_databases("erp: {mail: dba@example.com, schemas: {A: }}")
    assert config.problems == (
        "databases.erp.mail: must be a group of options; "
        "write each on a line of its own below it, indented",
    )
