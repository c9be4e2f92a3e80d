"""What single lines do, where whole logs don't show it."""

from pathlib import Path

import pytest

from oracle_backup.domain.log import Ending, ExportLog, LogReader, TableRow, read_log

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "export_logs"
END = 'Job "A"."EXPORT_1" successfully completed at 10:00:00\n'


def read(*lines: str, encoding: str = "utf-8") -> ExportLog:
    return read_log("".join(line + "\n" for line in lines).encode(encoding))


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (
            '. . exported "A"."T":"P"."S"    1003. KB    6335 rows',
            TableRow("A", "T", "P", "S", 6335, 1003 * 1024, None),
        ),
        ('. . exported "A"."T"   12 bytes   3 rows', TableRow("A", "T", None, None, 3, 12, None)),
        (
            '. . exported "A"."T"   1,5 MB   3 rows',
            TableRow("A", "T", None, None, 3, 1572864, None),
        ),
        (
            '. . imported "A"."T"   1 GB   2 out of 4 rows in 77 seconds using external_table',
            TableRow("A", "T", None, None, 2, 1 << 30, 77),
        ),
        (
            '. . exported "A"."T"   1 TB   2 rows in 7 seconds using direct_path',
            TableRow("A", "T", None, None, 2, 1 << 40, 7),
        ),
        (
            '. . exported "A"."T"   1 KB   2 rows in some seconds',
            TableRow("A", "T", None, None, 2, 1024, None),
        ),
        (
            '. . "A"."T"   1 KB   2 filas exportadas en 5 segundos mediante direct_path',
            TableRow("A", "T", None, None, 2, 1024, 5),
        ),
    ],
)
def test_log_row_is_read(line: str, row: TableRow) -> None:
    assert read(line, line).tables == (row, row)


def test_log_row_survives_the_way_through_json() -> None:
    row = TableRow("A", "T", "P", None, 3, 12, None)

    assert TableRow.from_dict(row.to_dict()) == row


@pytest.mark.parametrize(
    ("line", "kind", "name", "rows"),
    [
        ('. . importing table         \t   "TEAMD"          0 rows imported', "table", "TEAMD", 0),
        (
            ". . 테이블                    T(를)을 엑스포트 중     2 행이 엑스포트됨",
            "table",
            "T",
            2,
        ),
        ('. . 正在导入表                     "C M"       4336行被导入', "table", "C M", 4336),
        (". . Tabelle unbekannt T1      7 Zeilen", "table", "T1", 7),
        (". . verb nobody knows T1      7 rows", "table", "T1", 7),
        (". . 导出了      7 rows", "table", "导出了", 7),
    ],
)
def test_log_row_of_exp_is_read(line: str, kind: str, name: str, rows: int) -> None:
    log = read(line)

    assert kind == "table"
    assert (log.tables[0].table.removeprefix("unbekannt "), log.tables[0].rows) == (name, rows)


def test_log_count_broken_over_two_lines_is_one_count() -> None:
    log = read('. . "A"."T"      6.007 KB       3', "45 filas exportadas", END)

    assert log.row_count == 345


def test_log_count_at_the_end_of_a_line_is_whole_when_another_row_follows() -> None:
    log = read('. . "A"."T"      6.007 KB       3', '. . "A"."U"      6.007 KB       4')

    assert [row.rows for row in log.tables] == [3, 4]


def test_log_end_line_broken_over_three_lines_is_found() -> None:
    name = "N" * 128
    text = f'Job "{name}"."J" successfully completed at Mon Nov 2 02:00:41 2026 elapsed 0 00:00:36'

    log = read(text[:80], text[80:160], text[160:])

    assert log.ending is Ending.SUCCESS
    assert log.elapsed == "0 00:00:36"


def test_log_end_line_broken_by_a_console_and_indented_by_an_editor_is_found() -> None:
    log = read('   El trabajo "A"."J" ha terminado correctamente en 18:43:5', "   2")

    assert log.ending is Ending.SUCCESS


@pytest.mark.parametrize("place", range(60, 98))
def test_log_end_line_with_errors_broken_anywhere_keeps_the_duration(place: int) -> None:
    line = (
        f'Job "{"N" * 28}"."J" completed with 1 error(s)'
        " at Mon Nov 2 02:00:41 2026 elapsed 0 00:00:36"
    )

    log = read(line[:place], line[place:])

    assert (log.ending, log.elapsed) == (Ending.ERRORS, "0 00:00:36")


def test_log_end_line_whose_accents_were_damaged_twice_is_found() -> None:
    assert read('L\'exUcution du travail "A"."J" a abouti O 22:08:05').ending is Ending.SUCCESS


def test_log_line_that_begins_like_an_end_and_goes_on_otherwise_is_dropped() -> None:
    log = read('Job "A"."EXPORT_1" has been reopened', "x" * 79, "y", END)

    assert log.ending is Ending.SUCCESS


def test_log_dump_file_broken_over_two_lines_is_one_file() -> None:
    line = "  /backup/" + "d" * 90
    heading = ["*" * 78, "Dump file set for A.EXPORT_1 is:"]

    log = read(*heading, line[:80], line[80:], END.strip())

    assert log.dump_files == (line.strip(),)


def test_log_list_of_data_files_is_not_taken_for_dump_files() -> None:
    dump_files = ["*" * 78, "Unbekannt A.EXPORT_1:", "/d/a.dmp"]
    data_files = ["*" * 78, "Datafiles required for transportable tablespace X:", "  /d/x.dbf"]

    log = read('Starting "A"."EXPORT_1":  a/********', *dump_files, *data_files, END.strip())

    assert log.dump_files == ("/d/a.dmp",)


def test_log_list_of_dump_files_ends_with_any_other_line() -> None:
    log = read("*" * 78, "Dump file set for A.EXPORT_1 is:", "/d/a.dmp", "something else", "/d/b")

    assert log.dump_files == ("/d/a.dmp",)


@pytest.mark.parametrize("first", ["", "x" * 500])
def test_log_line_after_stars_that_is_no_heading_opens_no_list(first: str) -> None:
    assert read("*" * 78, first + "x" * 79, "y" * 79, "/d/a.dmp").dump_files == ()


def test_log_codes_are_found_within_lines_but_not_within_names() -> None:
    log = read(
        "Processing object type SCHEMA_EXPORT/TABLE/TABLE",
        'ORA-39083: Object type TABLE:"A"."ORA-11111" failed to create with error:ORA-00942: x',
        "Resumable error: ORA-01653: unable to extend",
        'see "ORA-22222" and trouble (ORA-00600).',
    )

    assert log.codes == ("ORA-39083", "ORA-01653", "ORA-00600")
    assert log.errors[0].nested == ("ORA-01653", "ORA-00600")


def test_log_of_a_typed_command_before_any_job_has_no_ending() -> None:
    assert read("ORA-39004: invalid state").ending is Ending.NONE


def test_log_logon_error_is_void_after_the_second_logon_but_not_a_job_error() -> None:
    connected = (
        "Connected to: Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production"
    )
    log = read(
        "UDE-01017: operation generated ORACLE error 1017", "", connected,
        'Starting "A"."EXPORT_1":  a/********',
        "ORA-39166: Object A.X was not found.", "", connected,
    )  # fmt: skip

    assert [block.at_logon for block in log.errors] == [True, False]
    assert log.counted_errors == 1


def test_log_client_error_is_void_when_the_job_starts_without_a_word_of_the_logon() -> None:
    log = read("UDI-28002: the password will expire", "ORA-39154: Objects removed", "",
               'Starting "A"."IMPORT_1":  a/********')  # fmt: skip

    assert [block.at_logon for block in log.errors] == [True, False]


def test_log_version_comes_from_an_old_server_where_there_is_no_banner() -> None:
    old = read(
        "Connected to: Oracle Database 11g Enterprise Edition Release 11.2.0.4.0 - Production"
    )
    new = read(
        "Connected to: Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production"
    )

    assert (old.version, new.version) == ("11.2.0.4.0", None)


def test_log_version_after_connected_is_the_servers() -> None:
    log = read(
        "Export: Release 19.0.0.0.0 - Production on Mon Nov 2 02:00:03 2026", "Version 19.24.0.0.0",
        "Connected to: Oracle Database 21c", "Version 21.3.0.0.0",
    )  # fmt: skip

    assert log.version == "19.24.0.0.0"


@pytest.mark.parametrize(
    ("banner", "tool"),
    [
        ("Export: Release 9.2.0.1.0 - Production on Mon", "exp"),
        ("Import: Release 8.1.7.0.0 - Production on Mon", "imp"),
        (
            "Export: Release 11.1.0.7.0 - 64bit Production on Monday, 02 November, 2026 1:2:3",
            "expdp",
        ),
        ("Import: Release 19.0.0.0.0 - Production on Mon Nov 2 02:00:03 2026", None),
    ],
)
def test_log_tool_is_told_by_the_banner_where_that_is_possible(
    banner: str, tool: str | None
) -> None:
    assert read(banner).tool == tool


def test_log_new_banner_after_an_end_means_that_it_has_not_ended() -> None:
    banner = "Export: Release 19.0.0.0.0 - Production on Mon Nov 2 02:00:03 2026"

    assert read(END, banner).ending is Ending.NONE


def test_log_end_line_with_a_date_but_cut_before_its_duration_is_no_end_line() -> None:
    line = 'Job "A"."EXPORT_1" successfully completed at Mon Nov 2 02:00:41 2026'

    assert read_log(line.encode()).ending is Ending.NONE
    assert read(line).ending is Ending.SUCCESS


@pytest.mark.parametrize(
    ("line", "ending", "count"),
    [
        ('Job "A"."J" mit 3 Fehler(n) um 02:00:41 abgeschlossen', Ending.ERRORS, 3),
        ('Le travail "A"."J" a été interrompu à 02:00:41', Ending.FAILED, None),
        ('O job "A"."J" foi concluído com 2 erro(s) em 02:00:41', Ending.ERRORS, 2),
        ('ジョブ"A"."J"が1エラーで02:00:41に完了しました', Ending.ERRORS, 1),
        ('작업 "A"."J" 치명적 오류로 02:00:41', Ending.FAILED, None),
        ('作业 "A"."J" 因致命错误于 02:00:41 停止', Ending.FAILED, None),
        ('Job "A"."J" wunderbar um 02:00:41 beendet', Ending.NONE, None),
        ('Job "A"."J" mit 3 Fehler(n) ohne Zeit', Ending.NONE, None),
    ],
)
def test_log_trouble_is_believed_in_any_wording_but_success_is_not(
    line: str, ending: Ending, count: int | None
) -> None:
    log = read(line)

    assert (log.ending, log.error_count) == (ending, count)


@pytest.mark.parametrize(
    ("line", "ending"),
    [
        ("Esportazione terminata con successo con avvertenze.", Ending.ERRORS),
        ("Procédure d'exportation terminée avec succès avec des avertissements.", Ending.ERRORS),
        ("エクスポートは正常に終了しましたが、警告が発生しました。", Ending.ERRORS),
        ("エラーが発生したためインポートを終了します。", Ending.FAILED),
        ("La exportación no ha terminado correctamente.", Ending.NONE),
        ("Export terminated successfully without warnings", Ending.NONE),
    ],
)
def test_log_end_of_exp_is_read(line: str, ending: Ending) -> None:
    assert read(line).ending is ending


def test_log_in_an_old_encoding_is_read_in_blocks_once_that_is_clear() -> None:
    row = '. . 导出了 "A"."客户{}"    5.007 KB       2 行\n'
    reader = LogReader()

    for number in range(60):
        reader.feed(row.format(number).encode("gbk"))
    reader.feed(b'. . \xff "A"."T"    5.007 KB       2 rows\n')
    log = reader.close()

    assert log.tables[59].table == "客户59"
    assert log.table_count == 61


def test_log_in_no_known_encoding_is_read_all_the_same() -> None:
    log = read('. . "A"."ÿþýü"    5.007 KB       2 rows', END.strip(), encoding="latin-1")

    assert (log.ending, log.row_count) == (Ending.SUCCESS, 2)


def test_log_with_curly_quotes_from_a_blog_is_read() -> None:
    assert read("Job “A”.”J″ stopped due to fatal error at 16:45:35").job == '"A"."J"'


def test_log_prefix_of_logtime_in_another_language_is_dropped() -> None:
    log = read('29-4月 -25 13:01:32.479: W-12 . . 导出了 "A"."T"    5.007 KB       2 行')

    assert log.row_count == 2


def test_log_memory_is_bounded_whatever_is_fed() -> None:
    """Thousands of different codes, types, wordings and files: the first ones are kept."""
    stars = ["*" * 78, "Dump file set for A.EXPORT_1 is:"]
    log = read(
        *(f"ORA-{number}: x\n" for number in range(20_000, 26_000)),
        *(f"Processing object type SCHEMA_EXPORT/T{number}" for number in range(2_100)),
        *(f". exporting kind {number} of things" for number in range(400)),
        *(f". . verb{number} \"A\".\"T{number}\"   1 KB  2 rows" for number in range(200)),
        *stars, *(f"  /d/{number}.dmp" for number in range(10_050)),
        "Completed " + "x" * 10_000,
    )  # fmt: skip

    assert len(log.codes) == 5_000
    assert len(log.errors) == 500
    assert len(log.dump_files) == 10_000
    assert log.table_count == 200


def test_log_nested_causes_are_bounded_too() -> None:
    log = read("ORA-31693: x", *(f"ORA-{number}: y" for number in range(20_000, 20_050)))

    assert len(log.errors[0].nested) == 20


def test_log_errors_beyond_those_kept_are_still_counted() -> None:
    log = read(*("ORA-39166: Object A.X was not found.\n" for _ in range(700)))

    assert (len(log.errors), log.counted_errors) == (500, 700)
    assert log.code_counts == (("ORA-39166", 700),)


def test_log_can_be_read_without_a_record_of_tables() -> None:
    reader = LogReader(keep_tables=False)
    reader.feed(b'. . exported "A"."T"   1 KB   2 rows\n' * 3)
    reader.feed(b". . exporting table      T          5 rows exported\n")

    log = reader.close()

    assert (log.tables, log.table_count, log.row_count) == ((), 4, 11)


def test_log_phrases_are_found_whatever_their_case_and_accents() -> None:
    data = (SAMPLES / "es-expdp-success-cp1252.log").read_bytes()

    log = read_log(data, phrases=("ESTIMACION TOTAL", "no está"))

    assert log.phrases_seen == {"ESTIMACION TOTAL"}
    assert log.phrases_watched == {"ESTIMACION TOTAL", "no está"}


def test_log_stars_end_the_text_of_a_failing_statement() -> None:
    log = read("ORA-39083: x failed. Failing sql is:", END.strip(), "*" * 78, END.strip())

    assert log.ending is Ending.SUCCESS
    assert read("ORA-39083: x failed. Failing sql is:", END.strip()).ending is Ending.NONE
