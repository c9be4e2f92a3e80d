-- The stand-in's own tables (lab_*), and over them the dictionary views the real database has.
-- Functions registered by instance.connect(): lab_alive(pid, started), lab_scn(), lab_session_user(), lab_now_ms().
CREATE TABLE lab_settings (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE lab_users (
    username TEXT PRIMARY KEY, user_id INTEGER, salt TEXT, password_hash TEXT, account_status TEXT,
    authentication_type TEXT DEFAULT 'PASSWORD', oracle_maintained TEXT DEFAULT 'N',
    container TEXT DEFAULT 'LABPDB1', created DATE
);
CREATE TABLE lab_roles (grantee TEXT, role TEXT, PRIMARY KEY (grantee, role));
CREATE TABLE lab_privileges (grantee TEXT, privilege TEXT, PRIMARY KEY (grantee, privilege));
CREATE TABLE lab_object_grants (
    grantee TEXT, owner TEXT, table_name TEXT, grantor TEXT, privilege TEXT, type TEXT,
    PRIMARY KEY (grantee, owner, table_name, privilege)
);
CREATE TABLE lab_directories (name TEXT PRIMARY KEY, path TEXT);
CREATE TABLE lab_tablespaces (name TEXT PRIMARY KEY, bytes INTEGER);
CREATE TABLE lab_tables (
    owner TEXT, name TEXT, definition TEXT, num_rows INTEGER, bytes INTEGER, created DATE,
    ddl_ms INTEGER, hidden INTEGER DEFAULT 0, PRIMARY KEY (owner, name)
);
CREATE TABLE lab_segments (owner TEXT, segment TEXT, partition TEXT, type TEXT, tablespace TEXT, bytes INTEGER);
CREATE TABLE lab_parameters (name TEXT PRIMARY KEY, value TEXT, description TEXT);
CREATE TABLE lab_options (parameter TEXT PRIMARY KEY, value TEXT);
-- A live job has a row here; a job that has ended only one in lab_job_history.
CREATE TABLE lab_jobs (
    id INTEGER PRIMARY KEY, owner TEXT, name TEXT, operation TEXT, mode TEXT, state TEXT,
    degree INTEGER, guid TEXT, started_ms INTEGER, client_command TEXT, request TEXT,
    pid INTEGER, pid_started INTEGER, spec TEXT, progress TEXT, queue TEXT,
    UNIQUE (owner, name)
);
CREATE TABLE lab_job_sessions (job_id INTEGER, pid INTEGER, pid_started INTEGER);
CREATE TABLE lab_job_history (
    id INTEGER PRIMARY KEY, tool TEXT, owner TEXT, job TEXT, schemas TEXT,
    started TEXT, ended TEXT, outcome TEXT, errors INTEGER
);
CREATE TABLE lab_longops (
    job_id INTEGER PRIMARY KEY, opname TEXT, sofar INTEGER, totalwork INTEGER, start_time DATE,
    last_update_time DATE, message TEXT, username TEXT
);
CREATE TABLE lab_resumable (
    job_id INTEGER PRIMARY KEY, name TEXT, status TEXT, start_time TEXT, suspend_time TEXT,
    error_number INTEGER, error_msg TEXT, sql_text TEXT
);
-- A lock on a table that another session holds; a job that comes to the table waits for it.
CREATE TABLE lab_locks (
    id INTEGER PRIMARY KEY, owner TEXT, table_name TEXT, username TEXT, program TEXT, machine TEXT
);
CREATE TABLE lab_lock_waits (job_id INTEGER PRIMARY KEY, lock_id INTEGER, since_ms INTEGER);
-- Views that no session may read.
CREATE TABLE lab_denied_views (name TEXT PRIMARY KEY);

CREATE VIEW dual AS SELECT 'X' AS dummy;
CREATE VIEW dba_users AS
    SELECT username, user_id, account_status, NULL AS lock_date, NULL AS expiry_date,
        'USERS' AS default_tablespace, 'TEMP' AS temporary_tablespace, created, 'DEFAULT' AS profile,
        authentication_type, CASE container WHEN 'LABPDB1' THEN 'NO' ELSE 'YES' END AS common,
        oracle_maintained
    FROM lab_users;
CREATE VIEW all_users AS SELECT username, user_id, created, common, oracle_maintained FROM dba_users;
CREATE VIEW user_users AS SELECT * FROM dba_users WHERE username = lab_session_user();
CREATE VIEW dba_role_privs AS
    SELECT grantee, role AS granted_role, 'NO' AS admin_option, 'YES' AS default_role FROM lab_roles;
CREATE VIEW session_roles AS
    WITH RECURSIVE held(role) AS (
        SELECT role FROM lab_roles WHERE grantee = lab_session_user()
        UNION SELECT r.role FROM lab_roles r JOIN held h ON r.grantee = h.role
    ) SELECT role FROM held;
CREATE VIEW user_role_privs AS SELECT grantee AS username, granted_role FROM dba_role_privs WHERE grantee = lab_session_user();
CREATE VIEW dba_sys_privs AS SELECT grantee, privilege, 'NO' AS admin_option FROM lab_privileges;
CREATE VIEW session_privs AS
    SELECT DISTINCT privilege FROM lab_privileges
    WHERE grantee = lab_session_user() OR grantee IN (SELECT role FROM session_roles);
CREATE VIEW user_sys_privs AS
    SELECT grantee AS username, privilege, 'NO' AS admin_option FROM lab_privileges WHERE grantee = lab_session_user();
CREATE VIEW dba_tab_privs AS
    SELECT grantee, owner, table_name, grantor, privilege, 'NO' AS grantable, type FROM lab_object_grants;
CREATE VIEW all_tab_privs AS
    SELECT grantor, grantee, owner AS table_schema, table_name, privilege, grantable, type FROM dba_tab_privs
    WHERE grantee = lab_session_user() OR grantee IN (SELECT role FROM session_roles) OR grantee = 'PUBLIC';
CREATE VIEW user_tab_privs AS SELECT * FROM all_tab_privs;
CREATE VIEW dba_directories AS
    SELECT 'SYS' AS owner, name AS directory_name, path AS directory_path, 3 AS origin_con_id FROM lab_directories;
CREATE VIEW all_directories AS
    SELECT * FROM dba_directories d WHERE lab_session_user() = 'SYS' OR EXISTS (
        SELECT 1 FROM all_tab_privs p WHERE p.table_name = d.directory_name AND p.type = 'DIRECTORY');
CREATE VIEW dba_tablespaces AS
    SELECT name AS tablespace_name, 8192 AS block_size, 'ONLINE' AS status,
        CASE name WHEN 'TEMP' THEN 'TEMPORARY' WHEN 'UNDOTBS1' THEN 'UNDO' ELSE 'PERMANENT' END AS contents
    FROM lab_tablespaces;
CREATE VIEW dba_data_files AS
    SELECT '/u02/oradata/LABCDB/LABPDB1/' || lower(name) || '01.dbf' AS file_name, rowid AS file_id,
        name AS tablespace_name, bytes, bytes / 8192 AS blocks, 'AVAILABLE' AS status, 'YES' AS autoextensible
    FROM lab_tablespaces WHERE name <> 'TEMP';
CREATE VIEW dba_free_space AS
    SELECT t.name AS tablespace_name,
        t.bytes - coalesce((SELECT sum(bytes) FROM lab_segments s WHERE s.tablespace = t.name), 0) AS bytes
    FROM lab_tablespaces t WHERE t.name <> 'TEMP';
CREATE VIEW dba_tables AS
    SELECT owner, name AS table_name,
        CASE WHEN json_extract(definition, '$.partition_by') IS NULL THEN json_extract(definition, '$.tablespace') END AS tablespace_name,
        'VALID' AS status, num_rows, (bytes + 8191) / 8192 AS blocks, created AS last_analyzed,
        CASE WHEN json_extract(definition, '$.partition_by') IS NULL THEN 'NO' ELSE 'YES' END AS partitioned,
        'N' AS temporary, 'NO' AS nested, 'NO' AS dropped, 'N' AS secondary, NULL AS iot_type,
        CASE WHEN bytes > 0 THEN 'YES' ELSE 'NO' END AS segment_created
    FROM lab_tables;
CREATE VIEW dba_external_tables AS
    SELECT owner, table_name, NULL AS type_name, NULL AS default_directory_name FROM dba_tables WHERE 0;
CREATE VIEW dba_mview_logs AS
    SELECT owner AS log_owner, table_name AS master, table_name AS log_table FROM dba_tables WHERE 0;
CREATE VIEW all_tables AS SELECT * FROM dba_tables;
CREATE VIEW user_tables AS SELECT * FROM dba_tables WHERE owner = lab_session_user();
CREATE VIEW dba_tab_columns AS
    SELECT t.owner, t.name AS table_name, json_extract(c.value, '$[0]') AS column_name,
        CASE WHEN instr(json_extract(c.value, '$[1]'), '(') > 0 AND json_extract(c.value, '$[1]') NOT LIKE 'TIMESTAMP%'
            THEN substr(json_extract(c.value, '$[1]'), 1, instr(json_extract(c.value, '$[1]'), '(') - 1)
            ELSE json_extract(c.value, '$[1]') END AS data_type,
        CASE WHEN json_extract(c.value, '$[2]') THEN 'Y' ELSE 'N' END AS nullable, c.key + 1 AS column_id
    FROM lab_tables t, json_each(t.definition, '$.columns') c;
CREATE VIEW all_tab_columns AS SELECT * FROM dba_tab_columns;
CREATE VIEW user_tab_columns AS SELECT * FROM dba_tab_columns WHERE owner = lab_session_user();
CREATE VIEW dba_tab_partitions AS
    SELECT t.owner AS table_owner, t.name AS table_name, json_extract(p.value, '$[0]') AS partition_name,
        coalesce('TO_DATE('' ' || json_extract(p.value, '$[1]') || ''', ''SYYYY-MM-DD HH24:MI:SS'', ''NLS_CALENDAR=GREGORIAN'')', 'MAXVALUE') AS high_value,
        p.key + 1 AS partition_position, json_extract(t.definition, '$.tablespace') AS tablespace_name, 0 AS subpartition_count
    FROM lab_tables t, json_each(t.definition, '$.partitions') p;
CREATE VIEW user_tab_partitions AS SELECT * FROM dba_tab_partitions WHERE table_owner = lab_session_user();
CREATE VIEW dba_segments AS
    SELECT owner, segment AS segment_name, partition AS partition_name, type AS segment_type,
        tablespace AS tablespace_name, bytes, bytes / 8192 AS blocks FROM lab_segments;
CREATE VIEW user_segments AS SELECT * FROM dba_segments WHERE owner = lab_session_user();
CREATE VIEW dba_objects AS
    SELECT owner, name AS object_name, NULL AS subobject_name, rowid AS object_id, 'TABLE' AS object_type, created,
        created AS last_ddl_time, 'VALID' AS status, 'N' AS temporary, 'N' AS oracle_maintained FROM lab_tables
    UNION ALL SELECT 'SYS', name, NULL, rowid + 90000, 'DIRECTORY', NULL, NULL, 'VALID', 'N', 'N' FROM lab_directories;
CREATE VIEW all_objects AS SELECT * FROM dba_objects;
CREATE VIEW user_objects AS SELECT * FROM dba_objects WHERE owner = lab_session_user();
CREATE VIEW dba_constraints AS
    SELECT owner, name || '_PK' AS constraint_name, 'P' AS constraint_type, name AS table_name, 'ENABLED' AS status
    FROM lab_tables WHERE json_array_length(definition, '$.primary_key') > 0;

-- Everyone detaching while a job is being defined removes it; a job whose process is gone is not running.
CREATE VIEW lab_live_jobs AS
    SELECT j.*, CASE WHEN j.state IN ('EXECUTING', 'COMPLETING', 'STOPPING', 'STOP PENDING', 'IDLING') AND NOT lab_alive(j.pid, j.pid_started)
            THEN 'NOT RUNNING' ELSE j.state END AS live_state,
        (SELECT count(*) FROM lab_job_sessions s WHERE s.job_id = j.id AND lab_alive(s.pid, s.pid_started)) AS attached
    FROM lab_jobs j WHERE j.state <> 'DEFINING' OR lab_alive(j.pid, j.pid_started);
CREATE VIEW dba_datapump_jobs AS
    SELECT owner AS owner_name, name AS job_name, printf('%-30s', operation) AS operation, printf('%-30s', mode) AS job_mode,
        live_state AS state, CASE live_state WHEN 'NOT RUNNING' THEN 0 ELSE degree END AS degree, attached AS attached_sessions,
        CASE WHEN live_state IN ('NOT RUNNING') THEN 0 ELSE attached + 1 + degree END AS datapump_sessions
    FROM lab_live_jobs;
CREATE VIEW user_datapump_jobs AS
    SELECT job_name, operation, job_mode, state, degree, attached_sessions, datapump_sessions
    FROM dba_datapump_jobs WHERE owner_name = lab_session_user();
CREATE VIEW lab_job_processes AS
    SELECT j.owner, j.name, s.rowid + 2100 AS sid, printf('%016X', s.pid * 4) AS saddr, 'DBMS_DATAPUMP' AS kind, 'client' AS role, j.id AS job_id
        FROM lab_job_sessions s JOIN lab_live_jobs j ON j.id = s.job_id WHERE lab_alive(s.pid, s.pid_started)
    UNION ALL SELECT owner, name, id + 1100, printf('%016X', pid * 4 + 1), 'MASTER', 'DM00', id FROM lab_live_jobs WHERE live_state <> 'NOT RUNNING'
    UNION ALL SELECT owner, name, id + 100, printf('%016X', pid * 4 + 2), 'WORKER', 'DW00', id FROM lab_live_jobs WHERE live_state IN ('EXECUTING', 'COMPLETING');
CREATE VIEW dba_datapump_sessions AS
    SELECT owner AS owner_name, name AS job_name, 1 AS inst_id, saddr, kind AS session_type FROM lab_job_processes;
CREATE VIEW "v$session" AS
    SELECT p.sid, p.sid AS "serial#", p.saddr, p.owner AS username, 'ACTIVE' AS status, 'oracle@lab-oracle (' || p.role || ')' AS program,
        'lab-oracle' AS machine, 'USER' AS type, 'Data Pump ' || p.role AS module, p.name AS action,
        CASE WHEN w.job_id IS NULL THEN 'wait for unread message on broadcast channel' ELSE 'library cache lock' END AS event,
        CASE WHEN w.job_id IS NULL THEN 0 ELSE (lab_now_ms() - w.since_ms) / 1000 END AS seconds_in_wait,
        CASE WHEN w.job_id IS NULL THEN 'NO HOLDER' ELSE 'VALID' END AS blocking_session_status, w.lock_id + 3100 AS blocking_session
    FROM lab_job_processes p LEFT JOIN lab_lock_waits w ON w.job_id = p.job_id AND p.kind = 'WORKER'
    UNION ALL
    SELECT id + 3100, id + 3100, printf('%016X', -id), username, 'INACTIVE', program, machine, 'USER', program, NULL,
        'SQL*Net message from client', 0, 'NO HOLDER', NULL FROM lab_locks;
CREATE VIEW "v$session_longops" AS
    SELECT l.job_id + 100 AS sid, l.job_id AS "serial#", l.opname, l.job_id AS target, 'EXPORT' AS target_desc, l.sofar, l.totalwork,
        'MB' AS units, l.start_time, l.last_update_time, 0 AS time_remaining, 0 AS elapsed_seconds, l.message, l.username
    FROM lab_longops l;
CREATE VIEW dba_resumable AS
    SELECT 0 AS user_id, r.job_id + 100 AS session_id, 1 AS instance_id, r.status, 7200 AS timeout, r.start_time, r.suspend_time,
        NULL AS resume_time, r.name, r.sql_text, r.error_number, r.error_msg
    FROM lab_resumable r JOIN lab_live_jobs j ON j.id = r.job_id;

CREATE VIEW "v$instance" AS
    SELECT 1 AS instance_number, 'LABCDB' AS instance_name, 'lab-oracle' AS host_name, '19.0.0.0.0' AS version, '19.0.0.0.0' AS version_legacy,
        (SELECT value FROM lab_settings WHERE name = 'version_full') AS version_full,
        (SELECT value FROM lab_settings WHERE name = 'created') AS startup_time, 'OPEN' AS status, 'NO' AS parallel, 'ALLOWED' AS logins,
        'ACTIVE' AS database_status, 'PRIMARY_INSTANCE' AS instance_role, (SELECT value FROM lab_settings WHERE name = 'edition') AS edition, 0 AS con_id;
CREATE VIEW "v$database" AS
    SELECT 2718281828 AS dbid, 'LABCDB' AS name, 'LABCDB' AS db_unique_name, (SELECT value FROM lab_settings WHERE name = 'created') AS created,
        'ARCHIVELOG' AS log_mode, 'READ WRITE' AS open_mode, 'PRIMARY' AS database_role, 'YES' AS cdb, lab_scn() AS current_scn,
        'NO' AS force_logging, 'NO' AS flashback_on, 'Linux x86 64-bit' AS platform_name;
CREATE VIEW "v$version" AS
    SELECT (SELECT value FROM lab_settings WHERE name = 'banner') AS banner,
        (SELECT value FROM lab_settings WHERE name = 'banner') || char(10) || 'Version ' ||
        (SELECT value FROM lab_settings WHERE name = 'version_full') AS banner_full,
        (SELECT value FROM lab_settings WHERE name = 'banner') AS banner_legacy, 0 AS con_id;
CREATE VIEW product_component_version AS
    SELECT (SELECT value FROM lab_settings WHERE name = 'product') AS product, '19.0.0.0.0' AS version,
        (SELECT value FROM lab_settings WHERE name = 'version_full') AS version_full, 'Production' AS status;
CREATE VIEW "v$parameter" AS
    SELECT rowid AS num, name, value, value AS display_value, description, 'FALSE' AS isdefault FROM lab_parameters;
CREATE VIEW "v$option" AS SELECT parameter, value, 0 AS con_id FROM lab_options;
CREATE VIEW "v$pdbs" AS SELECT 3 AS con_id, 2853115061 AS dbid, 'LABPDB1' AS name, 'READ WRITE' AS open_mode, 'NO' AS restricted;
CREATE VIEW "v$containers" AS SELECT con_id, dbid, name, open_mode FROM "v$pdbs";
CREATE VIEW "v$undostat" AS
    SELECT datetime('now', '-10 minutes', 'localtime') AS begin_time, datetime('now', 'localtime') AS end_time, 120 AS undoblks, 240 AS txncount,
        CAST((SELECT value FROM lab_settings WHERE name = 'maxquerylen') AS INTEGER) AS maxquerylen, 0 AS ssolderrcnt, 0 AS nospaceerrcnt,
        CAST((SELECT value FROM lab_settings WHERE name = 'tuned_undoretention') AS INTEGER) AS tuned_undoretention;
CREATE VIEW nls_database_parameters AS
    SELECT column1 AS parameter, column2 AS value FROM (VALUES ('NLS_LANGUAGE', 'AMERICAN'), ('NLS_TERRITORY', 'AMERICA'),
        ('NLS_CHARACTERSET', 'AL32UTF8'), ('NLS_NCHAR_CHARACTERSET', 'AL16UTF16'), ('NLS_RDBMS_VERSION', '19.0.0.0.0'),
        ('NLS_LENGTH_SEMANTICS', 'BYTE'), ('NLS_DATE_FORMAT', 'DD-MON-RR'));
CREATE VIEW nls_session_parameters AS SELECT * FROM nls_database_parameters WHERE parameter <> 'NLS_RDBMS_VERSION';
CREATE VIEW database_properties AS SELECT parameter AS property_name, value AS property_value FROM nls_database_parameters;
