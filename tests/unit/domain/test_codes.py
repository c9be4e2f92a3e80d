import re

import pytest

from oracle_backup.domain.codes import CODES, Severity, facts_of, is_harmless


def test_codes_table_has_each_code_once_in_full_form() -> None:
    for code, facts in CODES.items():
        assert re.fullmatch(r"(ORA|UDE|UDI|EXP|IMP|LRM)-\d{5}", code)
        assert facts.meaning.endswith(".")
        assert facts.todo.endswith(".")


@pytest.mark.parametrize(
    ("code", "severity", "counted"),
    [
        ("ORA-31693", Severity.LOSS, True),
        ("ORA-39171", Severity.WARNING, True),
        ("ORA-39173", Severity.WARNING, False),
        ("ORA-39154", Severity.LOSS, False),
        ("ORA-01555", Severity.DETAIL, False),
        ("UDE-00099", Severity.FATAL, False),
        ("LRM-00109", Severity.FATAL, False),
        ("ORA-39999", Severity.UNKNOWN, True),
        ("ORA-31699", Severity.UNKNOWN, True),
        ("ORA-12345", Severity.DETAIL, False),
        ("EXP-00999", Severity.UNKNOWN, True),
    ],
)
def test_facts_of_code(code: str, severity: Severity, counted: bool) -> None:
    facts = facts_of(code)

    assert (facts.code, facts.severity, facts.counted) == (code, severity, counted)


def test_unknown_code_is_taken_for_a_loss() -> None:
    assert facts_of("ORA-39999").loses_data
    assert not is_harmless("ORA-39999")


def test_failed_object_is_harmless_only_where_a_grantee_is_missing() -> None:
    assert is_harmless("ORA-39083", nested=("ORA-01917",))
    assert not is_harmless("ORA-39083", nested=("ORA-00942",))
    assert not is_harmless("ORA-39083")
