"""
What does an Oracle error code mean for a backup, and what is to be done about it?

One table for expdp, impdp, exp and imp. Whether Oracle counts a code in its ``completed with N
error(s)`` was taken from real logs; for a code that is not in the table the cautious answer holds:
it is counted, and it may have cost data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Severity(StrEnum):
    """What a code does to the result, from harmless to fatal."""

    NOTICE = "notice"
    """Nothing is missing."""
    WARNING = "warning"
    """Nothing is missing, but someone should look."""
    DETAIL = "detail"
    """Says why; the message above it says what."""
    UNKNOWN = "unknown"
    """Not in the table: taken for a loss."""
    LOSS = "loss"
    """Something that was asked for is missing."""
    CLIENT = "client"
    """The client lost its job, which may live on in the database."""
    FATAL = "fatal"
    """Ends the job, or keeps it from starting."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """
    What is known of one code.

    :param counted: Oracle counts it in ``completed with N error(s)``.
    :param meaning: what happened, in one sentence.
    :param todo: what to do, in one sentence.
    """

    code: str
    severity: Severity
    counted: bool
    meaning: str
    todo: str

    @property
    def loses_data(self) -> bool:
        """Whether something that was asked for is not in the result."""
        return self.severity in (Severity.LOSS, Severity.FATAL, Severity.UNKNOWN)

    @property
    def is_harmless(self) -> bool:
        """Whether a result with this code is still whole."""
        return self.severity in (Severity.NOTICE, Severity.WARNING)


_NOTICE, _WARNING, _DETAIL = Severity.NOTICE, Severity.WARNING, Severity.DETAIL
_LOSS, _CLIENT, _FATAL = Severity.LOSS, Severity.CLIENT, Severity.FATAL

_LOGON = "Check user, password and connect string of the database connection."
_DISK = "Free or add space where the dump is written, then export again."
_TABLESPACE = "Add space to the tablespace or raise the quota."
_PARAMETERS = "Correct the export's parameters, then export again."
_LIVES = "Look for the job in DBA_DATAPUMP_JOBS and read its log on the server."
_NETWORK = "Check the listener, the network and the database's alert log."
_TRACE = "Search My Oracle Support for the code; the trace is in the database's alert log."

_ROWS: Final[tuple[tuple[str, Severity, bool, str, str], ...]] = (
    # Data Pump: nothing is missing.
    ("ORA-39464", _NOTICE, False, "The dump uses trailer blocks.", "Nothing."),
    ("ORA-39173", _WARNING, False, "Encrypted columns stand unencrypted in the dump.",
     "Set an encryption password, or encrypt the archive."),
    ("ORA-39396", _WARNING, True, "Encrypted data was exported without a password.",
     "Set an encryption password, or encrypt the archive."),
    ("ORA-39357", _WARNING, False, "The session is in the root of a container database.",
     "Check that the connection leads into the right pluggable database."),
    ("ORA-39171", _WARNING, True, "The job waited for space or for another resource.",
     _TABLESPACE + " DBA_RESUMABLE names what it waits for."),
    ("ORA-31684", _WARNING, True, "An object existed before the import and was left alone.",
     "Nothing, if the object is the same."),
    ("ORA-39111", _WARNING, True, "A dependent object was skipped; its base object existed.",
     "Nothing, if the base object is the same."),
    ("ORA-39082", _WARNING, True, "An object was created but does not compile.",
     "Compile it once everything it uses is there."),
    ("ORA-39152", _WARNING, True, "A table existed and rows were appended to it.",
     "Check that rows are not doubled."),
    ("ORA-39153", _WARNING, True, "A table existed and was emptied before its rows were loaded.",
     "Nothing, if that was meant."),
    # Data Pump: answers to a command that someone typed.
    ("ORA-39004", _NOTICE, False, "A typed command did not fit the state of the job.", "Nothing."),
    ("ORA-39016", _NOTICE, False, "A typed command did not fit the state of the job.", "Nothing."),
    # Data Pump: something is missing.
    ("ORA-31693", _LOSS, True, "The rows of a table are missing from the result.",
     "See the cause below the message, cure it, then run again."),
    ("ORA-31679", _LOSS, True, "A table with LONG columns can't go over a network link.",
     "Export it where it lives, without NETWORK_LINK."),
    ("ORA-39139", _LOSS, True, "A table with XMLType was skipped.", "Export it by other means."),
    ("ORA-39166", _LOSS, True, "A named object does not exist or can't be exported.",
     "Correct its name, or grant access to it."),
    ("ORA-39165", _LOSS, True, "A named schema does not exist or can't be seen.",
     "Correct its name, or grant DATAPUMP_EXP_FULL_DATABASE."),
    ("ORA-39168", _LOSS, True, "A named kind of object does not exist here.",
     "Correct INCLUDE and EXCLUDE."),
    ("ORA-31655", _LOSS, False, "Nothing at all was selected.",
     "Check schema, INCLUDE, EXCLUDE and privileges."),
    ("ORA-39154", _LOSS, False, "Objects of other schemas were left out of the import.",
     "Import as a user with DATAPUMP_IMP_FULL_DATABASE."),
    ("ORA-39181", _LOSS, True, "A security policy hid rows of a table.",
     "Export as a user with EXEMPT ACCESS POLICY."),
    ("ORA-39127", _LOSS, True, "Metadata of an option could not be written.", _TRACE),
    ("ORA-39126", _LOSS, True, "A worker met an unexpected error.", _TRACE),
    ("ORA-39125", _LOSS, True, "A worker met an unexpected error.", _TRACE),
    ("ORA-39083", _LOSS, True, "An object could not be created.",
     "See the cause below the message; create the object by hand or import again."),
    ("ORA-39112", _LOSS, True, "A dependent object was skipped; its base object failed.",
     "Cure the base object's error, then import again."),
    ("ORA-39117", _LOSS, True, "A table needs a type that was not imported.",
     "Import the type first."),
    ("ORA-39120", _LOSS, True, "A table could not be emptied, so its rows were skipped.",
     "Cure the cause below the message, then import the table again."),
    ("ORA-39121", _LOSS, True, "A table could not be replaced, so its rows were skipped.",
     "Release the lock on the table, then import it again."),
    ("ORA-39151", _LOSS, True, "A table existed, so its rows were skipped.",
     "Drop the table or set TABLE_EXISTS_ACTION, then import again."),
    ("ORA-31685", _LOSS, True, "An object was not created for lack of a privilege.",
     "Grant the privilege, then import again."),
    ("ORA-39242", _LOSS, True, "A table can't be exported for one of its attributes.",
     "Export it by other means."),
    ("ORA-39346", _LOSS, True, "Characters were lost in conversion.",
     "Use a database with the source's character set."),
    ("ORA-39360", _LOSS, True, "A table was skipped for its time zone data.",
     "Bring both databases to the same time zone version."),
    ("ORA-39412", _LOSS, True, "A dump file's checksum is wrong: the file is damaged.",
     "Fetch the dump again from another copy."),
    ("ORA-39776", _LOSS, True, "A dump file is damaged.", "Use another copy of the dump."),
    ("ORA-39376", _LOSS, True, "A dump file is damaged.", "Use another copy of the dump."),
    # Data Pump: the job ended, or never began.
    ("ORA-39000", _FATAL, False, "The dump files named can't be used.", _PARAMETERS),
    ("ORA-39001", _FATAL, False, "A parameter's value can't be used.", _PARAMETERS),
    ("ORA-39002", _FATAL, False, "The job was refused.", "See the messages below it."),
    ("ORA-39006", _FATAL, False, "Data Pump met an internal error.", _TRACE),
    ("ORA-39012", _FATAL, False, "The client left before the job began.", "Run it again."),
    ("ORA-39029", _FATAL, False, "A worker process died.", _TRACE),
    ("ORA-39059", _FATAL, False, "A file of the dump set is missing.",
     "Bring all files of the set together."),
    ("ORA-39065", _FATAL, False, "The job's control process failed.", _TRACE),
    ("ORA-39070", _FATAL, False, "The log file can't be opened.",
     "Check that the directory object leads to a folder that Oracle may write."),
    ("ORA-39087", _FATAL, False, "The directory object does not exist or may not be used.",
     "Create it, or grant READ and WRITE on it."),
    ("ORA-39095", _FATAL, False, "The dump files are full and no more may be made.",
     "Use %L in the dump file's name, or a larger FILESIZE."),
    ("ORA-39097", _FATAL, False, "The job met an unexpected error.", _TRACE),
    ("ORA-39109", _FATAL, False, "The user may not work on other users' schemas.",
     "Grant DATAPUMP_EXP_FULL_DATABASE."),
    ("ORA-39123", _FATAL, False, "A transportable tablespace job was given up.",
     "See the list below it."),
    ("ORA-39142", _FATAL, False, "The dump comes from a newer version.",
     "Export with VERSION set to the older database's."),
    ("ORA-39143", _FATAL, False, "The file is not a Data Pump dump.",
     "Use imp for a file that exp made."),
    ("ORA-39150", _FATAL, False, "The time asked for can't be used.",
     "Undo reaches back to no such time: let the run export the data of now (missed: now)."),
    ("ORA-39161", _FATAL, False, "The user may not export the whole database.",
     "Grant DATAPUMP_EXP_FULL_DATABASE."),
    ("ORA-39183", _FATAL, False, "The dump can't be unpacked: it is damaged.",
     "Use another copy of the dump."),
    ("ORA-39405", _FATAL, False, "The dump's time zone version is newer than the database's.",
     "Update the database's time zone files."),
    ("ORA-39411", _FATAL, False, "A dump file's header is damaged.",
     "Fetch the dump again from another copy."),
    ("ORA-31626", _FATAL, False, "The job does not exist.", "See the messages below it."),
    ("ORA-31631", _FATAL, False, "Privileges are missing.", "Grant what the messages below name."),
    ("ORA-31633", _FATAL, False, "The job's control table can't be made.",
     "Remove the leftover table, or give the user quota on a tablespace."),
    ("ORA-31634", _FATAL, False, "A job of that name exists.",
     "Wait for it, or remove its control table."),
    ("ORA-31664", _FATAL, False, "All default job names are taken.",
     "Remove the control tables that dead jobs left."),
    ("ORA-31671", _FATAL, False, "A worker process failed.", _TRACE),
    ("ORA-31672", _FATAL, False, "A worker process died.", _TRACE),
    ("ORA-31694", _FATAL, False, "The job's control table can't be loaded or written.",
     "If this is an import, use another copy of the dump."),
    # Data Pump: the client lost its job.
    ("UDE-00008", _CLIENT, False, "The client lost its job.", _LIVES),
    ("UDI-00008", _CLIENT, False, "The client lost its job.", _LIVES),
    ("UDE-31626", _CLIENT, False, "The client lost its job.", _LIVES),
    ("UDI-31626", _CLIENT, False, "The client lost its job.", _LIVES),
    # Data Pump clients.
    ("UDE-00010", _FATAL, False, "Two modes were asked for at once.", _PARAMETERS),
    ("UDE-00014", _FATAL, False, "A parameter's value can't be used.", _PARAMETERS),
    ("UDE-00018", _FATAL, False, "The client is newer than the database.",
     "Use the client of the database's own Oracle home."),
    ("UDE-01017", _FATAL, False, "User or password is wrong.", _LOGON),
    ("UDI-01017", _FATAL, False, "User or password is wrong.", _LOGON),
    ("UDE-12154", _FATAL, False, "The connect string is not known.", _LOGON),
    ("UDI-12154", _FATAL, False, "The connect string is not known.", _LOGON),
    # exp.
    ("EXP-00091", _WARNING, True, "Optimizer statistics in the dump may be wrong.",
     "Set STATISTICS=NONE, and gather statistics after an import."),
    ("EXP-00041", _WARNING, True, "The dump is in another character set than the client's.",
     "Set NLS_LANG to the database's character set."),
    ("EXP-00105", _WARNING, True, "CONSISTENT is not possible for SYSDBA.",
     "Export as another user."),
    ("EXP-00000", _FATAL, False, "The export failed.", "See the messages above it."),
    ("EXP-00002", _FATAL, False, "The dump file can't be written.", _DISK),
    ("EXP-00003", _LOSS, True, "A segment has no storage definition, so its table is missing.",
     "Use Data Pump, or give the table a segment."),
    ("EXP-00004", _FATAL, False, "User or password is wrong.", _LOGON),
    ("EXP-00005", _FATAL, False, "All logon attempts failed.", _LOGON),
    ("EXP-00007", _LOSS, True, "A table without columns is missing.", "Look at the table."),
    ("EXP-00008", _LOSS, True, "Oracle refused something.", "See the message below it."),
    ("EXP-00009", _LOSS, True, "A table is missing for lack of a privilege.",
     "Grant EXP_FULL_DATABASE or the table's SELECT."),
    ("EXP-00010", _LOSS, True, "A named user does not exist.", "Correct the name."),
    ("EXP-00011", _LOSS, True, "A named table does not exist, or has no segment.",
     "Correct the name, or use Data Pump."),
    ("EXP-00023", _FATAL, False, "Only a DBA may do this.", "Grant EXP_FULL_DATABASE."),
    ("EXP-00028", _FATAL, False, "The dump file can't be opened.",
     "Check the folder, its rights and its space."),
    ("EXP-00056", _LOSS, True, "Oracle refused something.", "See the message below it."),
    ("EXP-00079", _LOSS, True, "A security policy may have hidden rows of a table.",
     "Export as a user with EXEMPT ACCESS POLICY."),
    ("EXP-00107", _LOSS, True, "A table is missing: exp can't handle one of its columns.",
     "Use Data Pump."),
    ("EXP-00111", _LOSS, True, "A table is missing: exp can't handle one of its columns.",
     "Use Data Pump."),
    ("EXP-00113", _LOSS, True, "A table is missing: exp can't handle one of its columns.",
     "Use Data Pump."),
    # imp.
    ("IMP-00041", _WARNING, True, "An object was created but does not compile.",
     "Compile it once everything it uses is there."),
    ("IMP-00000", _FATAL, False, "The import failed.", "See the messages above it."),
    ("IMP-00002", _FATAL, False, "The dump file can't be opened.", "Check its name and rights."),
    ("IMP-00003", _LOSS, True, "Oracle refused something.", "See the message below it."),
    ("IMP-00009", _LOSS, True, "The dump file ends too early.", "Use another copy of the dump."),
    ("IMP-00010", _FATAL, False, "The file is not a dump of exp.", "Use impdp for Data Pump."),
    ("IMP-00013", _FATAL, False, "Only a DBA may import a DBA's dump.", "Grant IMP_FULL_DATABASE."),
    ("IMP-00015", _LOSS, True, "An object existed, so it was skipped.", "Set IGNORE=Y or drop it."),
    ("IMP-00017", _LOSS, True, "A statement failed.", "See the statement and the cause below it."),
    ("IMP-00019", _LOSS, True, "A row was refused.", "See the cause below it."),
    ("IMP-00031", _FATAL, False, "Nothing was named to import.", _PARAMETERS),
    ("IMP-00033", _LOSS, True, "A named table is not in the dump.", "Correct the name."),
    ("IMP-00034", _LOSS, True, "A named user is not in the dump.", "Correct the name."),
    ("IMP-00037", _FATAL, False, "The dump is damaged.", "Use another copy of the dump."),
    ("IMP-00038", _FATAL, False, "The dump is damaged.", "Use another copy of the dump."),
    ("IMP-00057", _LOSS, True, "The dump may lack partitions.", "See how the dump was made."),
    ("IMP-00058", _LOSS, True, "Oracle refused something.", "See the message below it."),
    ("IMP-00061", _LOSS, True, "A type existed with another identity.", "Drop the type first."),
    ("IMP-00401", _FATAL, False, "The file is a Data Pump dump.", "Use impdp."),
    ("IMP-00403", _LOSS, True, "Statements failed and were put into an SQL file.",
     "Run that file as SYS."),
    # Causes, printed under one of the above.
    ("ORA-00001", _DETAIL, False, "A row is there already.", "Empty the table first."),
    ("ORA-00054", _DETAIL, False, "The object is locked.", "Wait for the lock to go."),
    ("ORA-00942", _DETAIL, False, "The table is not there, or may not be seen.", "Grant SELECT."),
    ("ORA-01017", _DETAIL, False, "User or password is wrong.", _LOGON),
    ("ORA-01031", _DETAIL, False, "A privilege is missing.", "Grant it."),
    ("ORA-01034", _DETAIL, False, "The database is not running.", "Start it."),
    ("ORA-01466", _DETAIL, False, "The table was changed after the export's point in time.",
     "Keep DDL and the statistics window away from the export. A run for a past time shows no "
     "table as it was before its last DDL."),
    ("ORA-01555", _DETAIL, False, "Undo was overwritten before the table was read.",
     "Raise UNDO_RETENTION and the undo tablespace above the export's duration; for a run for a "
     "past time, above its age and the duration together."),
    ("ORA-08180", _DETAIL, False, "The database knows no change number for the time asked for.",
     "Ask for a later time: it remembers a few days at most."),
    ("ORA-08181", _DETAIL, False, "The change number asked for was never reached, or is too old.",
     "Ask for a later one: the database remembers a few days at most."),
    ("ORA-01652", _DETAIL, False, "The temporary tablespace is full.", _TABLESPACE),
    ("ORA-01653", _DETAIL, False, "A tablespace is full.", _TABLESPACE),
    ("ORA-01654", _DETAIL, False, "A tablespace is full.", _TABLESPACE),
    ("ORA-01688", _DETAIL, False, "A tablespace is full.", _TABLESPACE),
    ("ORA-01691", _DETAIL, False, "A tablespace is full.", _TABLESPACE),
    ("ORA-01917", _DETAIL, False, "A user or role is not there.", "Create it, or ignore this."),
    ("ORA-01918", _DETAIL, False, "A user is not there.", "Create it, or ignore this."),
    ("ORA-01919", _DETAIL, False, "A role is not there.", "Create it, or ignore this."),
    ("ORA-01950", _DETAIL, False, "The user has no quota on the tablespace.", _TABLESPACE),
    ("ORA-02354", _DETAIL, False, "Rows could not be read or written.", "See the next message."),
    ("ORA-02358", _DETAIL, False, "Rows could not be read or written.", "See the next message."),
    ("ORA-03113", _DETAIL, False, "The database broke the connection.", _NETWORK),
    ("ORA-03114", _DETAIL, False, "There is no connection to the database.", _NETWORK),
    ("ORA-03135", _DETAIL, False, "The connection to the database broke.", _NETWORK),
    ("ORA-06512", _DETAIL, False, "A line of a call stack.", "See the messages above it."),
    ("ORA-12154", _DETAIL, False, "The connect string is not known.", _LOGON),
    ("ORA-12514", _DETAIL, False, "The listener does not know the service.", _LOGON),
    ("ORA-12541", _DETAIL, False, "There is no listener.", _NETWORK),
    ("ORA-16000", _DETAIL, False, "The database is open read-only.", "Export from the primary."),
    ("ORA-19502", _DETAIL, False, "A file can't be written.", _DISK),
    ("ORA-19505", _DETAIL, False, "A file can't be opened.", "Check its path and rights."),
    ("ORA-27038", _DETAIL, False, "The file exists already.",
     "Remove it, or let this project choose the name."),
    ("ORA-27046", _DETAIL, False, "The file was cut short.", "Use another copy of the file."),
    ("ORA-27072", _DETAIL, False, "A file can't be written.", _DISK),
    ("ORA-28000", _DETAIL, False, "The account is locked.", "Unlock it."),
    ("ORA-28001", _DETAIL, False, "The password has expired.", "Set a new password."),
    ("ORA-28002", _DETAIL, False, "The password will expire soon.", "Set a new password."),
    ("ORA-28009", _DETAIL, False, "SYS must connect as SYSDBA.", _LOGON),
    ("ORA-29283", _DETAIL, False, "A file can't be opened or written.",
     "Check that the folder exists and that Oracle may write there."),
    ("ORA-29335", _DETAIL, False, "A tablespace is not read only.", "Make it read only first."),
    ("ORA-31617", _DETAIL, False, "A dump file can't be opened for writing.", _DISK),
    ("ORA-31638", _DETAIL, False, "The job can't be attached to.", _LIVES),
    ("ORA-31640", _DETAIL, False, "A dump file can't be opened for reading.",
     "Check its path and rights."),
    ("ORA-31641", _DETAIL, False, "A dump file can't be made.", "See the next message."),
    ("ORA-39078", _DETAIL, False, "The client lost its job.", _LIVES),
    ("ORA-39079", _DETAIL, False, "The client lost its job.", _LIVES),
    ("ORA-39086", _DETAIL, False, "The client lost its job.", _LIVES),
    ("ORA-39185", _DETAIL, False, "The list of what stands in the way follows.", "See the list."),
)  # fmt: skip

CODES: Final[dict[str, CodeFacts]] = {row[0]: CodeFacts(*row) for row in _ROWS}
"""What is known, by code."""

MISSING_GRANTEES: Final = frozenset({"ORA-01917", "ORA-01918", "ORA-01919"})
"""Causes that make ORA-39083 harmless: a grant to a user or role that this database lacks."""

_FAMILIES: Final = {
    "UDE": CodeFacts("UDE", _FATAL, False, "expdp gave up.", _PARAMETERS),
    "UDI": CodeFacts("UDI", _FATAL, False, "impdp gave up.", _PARAMETERS),
    "LRM": CodeFacts("LRM", _FATAL, False, "The command line can't be read.", _PARAMETERS),
}
_OTHER_TODO: Final = "Look the code up at docs.oracle.com/error-help/db."


@lru_cache(maxsize=4_096)
def facts_of(code: str) -> CodeFacts:
    """Given a code such as ``ORA-31693``, return what is known; of an unknown one, the worst."""
    if known := CODES.get(code):
        return known
    family, _, number = code.partition("-")
    if of_family := _FAMILIES.get(family):
        return CodeFacts(
            code, of_family.severity, of_family.counted, of_family.meaning, of_family.todo
        )
    if family == "ORA" and not _is_of_data_pump(number):
        return CodeFacts(code, Severity.DETAIL, False, "A cause reported by Oracle.", _OTHER_TODO)
    return CodeFacts(code, Severity.UNKNOWN, True, "Not in this project's table.", _OTHER_TODO)


def is_harmless(code: str, *, nested: tuple[str, ...] = ()) -> bool:
    """Given a head code and the codes under it, return whether the result is still whole."""
    if code == "ORA-39083":
        return not MISSING_GRANTEES.isdisjoint(nested)
    return facts_of(code).is_harmless


def _is_of_data_pump(number: str) -> bool:
    """Tell whether an ORA- number lies in the ranges 31600-31699 and 39000-39999."""
    return number.startswith(("316", "39")) and len(number) == 5
