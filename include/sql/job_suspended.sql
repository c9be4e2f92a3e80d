select error_msg, suspend_time
from dba_resumable
where status = 'SUSPENDED'
  and instr(name, :job_name) > 0
