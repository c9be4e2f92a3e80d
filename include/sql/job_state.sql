select owner_name, state, attached_sessions
from dba_datapump_jobs
where job_name = :job_name
