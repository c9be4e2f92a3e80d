select session_type, count(*) as sessions
from dba_datapump_sessions
where job_name = :job_name
group by session_type
order by session_type
