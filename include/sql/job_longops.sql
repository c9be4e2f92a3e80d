select sofar, totalwork, to_char(last_update_time, 'YYYY-MM-DD HH24:MI:SS') as updated
from v$session_longops
where opname = :job_name
order by start_time, sofar
