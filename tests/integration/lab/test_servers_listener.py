"""The listener answers the real driver as Oracle does, or refuses loudly."""

from __future__ import annotations

import datetime as dt
import time

import oracledb
import pytest

pytestmark = pytest.mark.integration

# Oracle's DATE and TIMESTAMP have no zone, and SYSDATE is the wall clock of its machine.
instant = dt.datetime.fromisoformat


def now():
    return dt.datetime.now().astimezone().replace(tzinfo=None)


def connect(lab, **changes):
    connection = lab.connections["lab_database"]
    settings = {
        "user": connection["login"],
        "password": connection["password"],
        "host": connection["host"],
        "port": connection["port"],
        "service_name": connection["extra"]["service_name"],
    }
    return oracledb.connect(**(settings | changes))


@pytest.fixture(scope="module")
def session(running_lab):
    with connect(running_lab) as connected:
        yield connected


@pytest.fixture
def cursor(session):
    with session.cursor() as opened:
        yield opened
    session.rollback()


@pytest.fixture
def hook(airflow_lab):
    from airflow.providers.oracle.hooks.oracle import OracleHook

    return OracleHook(oracle_conn_id="lab_database")


def rows(cursor, sql, binds=None):
    cursor.execute(sql, binds or [])
    return cursor.fetchall()


def test_listener_serves_airflows_hook(hook):
    assert hook.get_first("select 1, 'text', null from dual") == (1, "text", None)
    assert hook.get_records(
        "select directory_name from all_directories where directory_name = :d",
        parameters={"d": "BACKUP_DIR"},
    ) == [("BACKUP_DIR",)]
    count = hook.get_first("select count(*) from hr.employees")
    assert count == (107,)


def test_listener_gives_airflows_hook_an_instant(hook):
    (moment,) = hook.get_first("select systimestamp from dual")

    assert abs(now() - moment) < dt.timedelta(seconds=10)


def test_listener_introduces_itself_as_the_instance(session):
    assert session.version == "19.21.0.0.0"
    assert session.instance_name == "LABCDB"
    assert session.service_name == "LABPDB1"


@pytest.mark.parametrize(
    ("sql", "binds", "expected"),
    [
        (
            "select sys_context('USERENV','SESSION_USER'), sys_context('USERENV','CON_NAME') "
            "from dual",
            None,
            [("BACKUP", "LABPDB1")],
        ),
        ("select version, version_full from v$instance", None, [("19.0.0.0.0", "19.21.0.0.0")]),
        ("select cdb, log_mode from v$database", None, [("YES", "ARCHIVELOG")]),
        ("select name, open_mode from v$pdbs", None, [("LABPDB1", "READ WRITE")]),
        ("select value from v$parameter where name = 'compatible'", None, [("19.0.0",)]),
        (
            "select distinct 1 from session_roles where role in ('DATAPUMP_EXP_FULL_DATABASE')",
            None,
            [(1,)],
        ),
        (
            "select privilege from all_tab_privs where table_name = :d order by privilege",
            ["DATA_PUMP_DIR"],
            [("READ",), ("READ",), ("READ",), ("WRITE",), ("WRITE",), ("WRITE",)],
        ),
        ("select max(tuned_undoretention) from v$undostat", None, [(1800,)]),
        ("select username from dba_users where username in (:1, :2)", ["HR", "X"], [("HR",)]),
        (
            "select region_id from hr.regions where rownum <= 2 and region_id > 0",
            None,
            [(1,), (2,)],
        ),
        (
            "select r from (select region_id r from hr.regions order by r desc) where rownum = 1",
            None,
            [(4,)],
        ),
        (
            "select * from (select owner, count(*) n from dba_tables"
            " group by owner order by 2 desc) where rownum <= 1",
            None,
            [("HR", 7)],
        ),
        ("select region_id from hr.regions order by 1 fetch first 1 row only", None, [(1,)]),
        ("select nvl('', 'empty'), 'a' || null || 'b' from dual", None, [("empty", "ab")]),
        ("select 7 / 2, round(7 / 3, 2), mod(7, 4) from dual", None, [(3.5, 2.33, 3)]),
        ("select decode(2, 1, 'one', 2, 'two', 'many') from dual", None, [("two",)]),
        ("select case when :x > 1 then 'more' else 'less' end from dual", [2], [("more",)]),
        ("select count(*) from dba_tables where table_name like 'emp%'", None, [(0,)]),
        ('select text from emptyish."Mixed Case" where id = 1', None, [("uno",)]),
        (
            "with s as (select owner o, count(*) n from dba_tables group by owner) "
            "select n from s where o = 'HR'",
            None,
            [(7,)],
        ),
        (
            "select d.department_name from hr.employees e join hr.departments d "
            "on d.department_id = e.department_id where e.employee_id = :id",
            {"id": 100},
            [("Department 10",)],
        ),
        (
            "select listagg(region_id, '-') within group (order by region_id) from hr.regions",
            None,
            [("1-2-3-4",)],
        ),
        (
            "select user, lpad('7', 3, '0'), substr('abcdef', 2, 3) from dual",
            None,
            [("BACKUP", "007", "bcd")],
        ),
        (
            "select to_char(to_date('2026-01-31 13:05', 'YYYY-MM-DD HH24:MI'), 'DD-MON-YY HH24MI') "
            "from dual",
            None,
            [("31-JAN-26 1305",)],
        ),
        (
            "select to_date('2026-03-01', 'YYYY-MM-DD') - to_date('2026-02-01', 'YYYY-MM-DD'), "
            "trunc(to_date('2026-03-09', 'YYYY-MM-DD'), 'MM') from dual",
            None,
            [(28, instant("2026-03-01"))],
        ),
        ("select :same, :same from dual", {"same": "x"}, [("x", "x")]),
        ("select dummy from sys.dual -- :no bind here", None, [("X",)]),
        ("select owner_name from dba_datapump_jobs where job_name not like 'BIN$%'", None, []),
    ],
)
def test_listener_answers(cursor, sql, binds, expected):
    assert rows(cursor, sql, binds) == expected


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select 1 from nowhere", 942),
        ("select 1 from hr.nowhere", 942),
        ('select 1 from emptyish."MIXED CASE"', 942),
        ("select 1 from lab_users", 942),
        ("select 1 from sqlite_master", 942),
        ('select 1 from "HR.REGIONS"', 942),
        ("select nothing from dual", 904),
        ('select "nothing" from dual', 904),
        ("select h.nothing from hr.regions h", 904),
        ("select soundex('x') from dual", 904),
        ("select made_up(1) from dual", 904),
        ("select julianday('now') from dual", 904),
        ("frobnicate the database", 900),
        ("select from dual", 900),
        ("select 1", 923),
        ("select 1 from dual;", 933),
        ("select 1 from dual limit 1", 933),
        ("select 1 from hr.regions as r", 933),
        ("select region_id, count(*) from hr.regions", 937),
        ("select region_name, count(*) from hr.regions group by region_id", 979),
        ("select level from dual connect by level <= 3", 3001),
        ("insert into dba_users (username) values ('X')", 1031),
        ("delete from v$parameter", 1031),
        ("insert into hr.regions (region_id) select 1 from dual", 1),
        ("alter session set everything = 1", 2248),
        ("alter session set current_schema = NOBODY", 1435),
        ("drop table hr.nowhere purge", 942),
        ("drop user nobody cascade", 1918),
        ("drop user hr", 1922),
        ("create user hr identified by x", 1920),
    ],
)
def test_listener_refuses(cursor, sql, code):
    with pytest.raises(oracledb.DatabaseError, match=f"ORA-{code:05}"):
        rows(cursor, sql)

    assert rows(cursor, "select 1 from dual") == [(1,)]


def test_listener_describes_columns_with_oracles_types_and_names(cursor):
    cursor.execute("select e.*, salary * 12 as yearly from hr.employees e where rownum = 1")

    types = {name: kind.name for name, kind, *_ in cursor.description}
    assert types["EMPLOYEE_ID"] == "DB_TYPE_NUMBER"
    assert types["FIRST_NAME"] == "DB_TYPE_VARCHAR"
    assert types["HIRE_DATE"] == "DB_TYPE_DATE"
    assert types["YEARLY"] == "DB_TYPE_NUMBER"
    assert isinstance(cursor.fetchone()[4], dt.datetime)


def test_listener_knows_the_types_of_an_empty_result(cursor):
    cursor.execute("select hire_date, salary, systimestamp from hr.employees where 1 = 0")

    kinds = [kind.name for _, kind, *_ in cursor.description]
    assert kinds == ["DB_TYPE_DATE", "DB_TYPE_NUMBER", "DB_TYPE_TIMESTAMP_TZ"]
    assert cursor.fetchall() == []


def test_listener_serves_every_type_of_column_in_the_sample_schemas(cursor):
    tables = rows(
        cursor,
        "select owner, table_name from dba_tables where owner in ('HR', 'SALES', 'EMPTYISH')",
    )

    for owner, table in tables:
        cursor.execute(f'select * from "{owner}"."{table}" where rownum <= 3')
        for row in cursor.fetchall():
            assert len(row) == len(cursor.description)


def test_listener_fetches_more_rows_than_fit_in_a_packet(cursor):
    (count,) = rows(cursor, "select count(*) from sales.order_items")[0]
    cursor.arraysize = 500

    cursor.execute("select * from sales.order_items")

    assert count > 1000
    assert sum(1 for _ in cursor) == count


def test_listener_scn_grows_and_goes_with_time(cursor):
    first = rows(cursor, "select current_scn from v$database")[0][0]
    time.sleep(0.3)
    second = rows(cursor, "select timestamp_to_scn(systimestamp) from dual")[0][0]
    (third,) = rows(cursor, "select dbms_flashback.get_system_change_number from dual")[0]
    (moment,) = rows(cursor, "select scn_to_timestamp(:1) from dual", [first])[0]

    assert first < second <= third
    assert abs(now() - moment) < dt.timedelta(seconds=5)


def test_listener_binds_an_instant(cursor):
    moment = instant("2010-01-01")
    (after,) = rows(cursor, "select count(*) from hr.employees where hire_date >= :d", [moment])[0]
    (before,) = rows(cursor, "select count(*) from hr.employees where hire_date < :d", [moment])[0]

    assert after
    assert before
    assert after + before == 107


def test_listener_keeps_a_change_to_its_transaction(running_lab):
    insert = "insert into hr.regions (region_id, region_name) values (:1, :2)"
    select = "select region_name from hr.regions where region_id = 50"
    with connect(running_lab) as one, connect(running_lab) as other:
        one.cursor().execute(insert, [50, "Ñandú"])
        unseen = rows(other.cursor(), select)
        one.commit()
        seen = rows(other.cursor(), select)
        one.cursor().execute("delete from hr.regions where region_id = 50")
        one.rollback()
        kept = rows(other.cursor(), select)
        one.cursor().execute("delete from hr.regions where region_id = 50")
        one.commit()

    assert (unseen, seen, kept) == ([], [("Ñandú",)], [("Ñandú",)])


def test_listener_makes_and_drops_a_scratch_user(cursor, running_lab):
    exists = "select count(*) from dba_users where username = 'SCRATCH'"
    cursor.execute('create user scratch identified by "Secret1" quota unlimited on users')
    assert rows(cursor, exists) == [(1,)]

    cursor.execute("drop user scratch cascade")

    assert rows(cursor, exists) == [(0,)]


def test_listener_probes_a_directory_object(cursor, running_lab):
    block = """
        declare
          f utl_file.file_type;
        begin
          f := utl_file.fopen(:directory, :name, 'w');
          utl_file.put_line(f, 'probe of ' || :directory);
          utl_file.fclose(f);
        end;"""
    remove = "begin utl_file.fremove(:directory, :name); end;"
    binds = {"directory": "BACKUP_DIR", "name": "probe.tmp"}

    cursor.execute(block, binds)
    written = (running_lab.paths.dumps / "probe.tmp").read_text(encoding="utf-8")
    cursor.execute(remove, binds)

    assert written == "probe of BACKUP_DIR\n"
    assert not (running_lab.paths.dumps / "probe.tmp").exists()


def test_listener_returns_out_binds_of_a_block(cursor):
    scn = cursor.var(int)

    cursor.execute("begin :scn := dbms_flashback.get_system_change_number; end;", {"scn": scn})

    assert scn.getvalue() > 1_000_000


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("begin foo.bar(1); end;", "ORA-06550.*\n?.*PLS-00201: identifier 'FOO.BAR'"),
        ("begin execute immediate 'drop table x'; end;", "ORA-06550"),
        ("begin null end;", "ORA-06550"),
        ("declare n number; begin n := m; end;", "PLS-00201: identifier 'M'"),
        ("begin utl_file.fremove('NOWHERE', 'x'); end;", "ORA-29280"),
        ("begin utl_file.fremove('BACKUP_DIR', '../x'); end;", "ORA-29288"),
        ("begin utl_file.fremove('BACKUP_DIR', 'absent'); end;", "ORA-29283"),
        (
            "declare h number; begin h := dbms_datapump.attach('NO_JOB', 'BACKUP'); end;",
            "ORA-31626: job does not exist",
        ),
        (
            "begin dbms_datapump.detach(nonsense => 1); end;",
            "PLS-00306",
        ),
    ],
)
def test_listener_refuses_a_block(cursor, block, message):
    with pytest.raises(oracledb.DatabaseError, match=message):
        cursor.execute(block)


def test_listener_runs_the_exception_handler_of_a_block(cursor):
    cursor.execute(
        "begin utl_file.fremove('BACKUP_DIR', 'absent'); exception when others then null; end;"
    )
    with pytest.raises(oracledb.DatabaseError, match="ORA-29283"):
        cursor.execute(
            "begin utl_file.fremove('BACKUP_DIR', 'absent');"
            " exception when others then null; raise; end;"
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "wrong"}, "ORA-01017"),
        ({"user": "nobody"}, "ORA-01017"),
        ({"service_name": "NOWHERE"}, "ORA-12514"),
    ],
)
def test_listener_refuses_to_connect(running_lab, changes, message):
    with pytest.raises(oracledb.DatabaseError, match=message):
        connect(running_lab, **changes)


def test_listener_serves_several_sessions_at_once(running_lab):
    sessions = [connect(running_lab) for _ in range(8)]

    numbers = {
        rows(s.cursor(), "select sys_context('USERENV', 'SID') from dual")[0][0] for s in sessions
    }
    for opened in sessions:
        opened.close()

    assert len(numbers) == 8
