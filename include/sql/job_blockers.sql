select s.sid, s.event, s.seconds_in_wait, s.blocking_session, b.username, b.program, b.machine
from dba_datapump_sessions d
join v$session s on s.saddr = d.saddr
left join v$session b on b.sid = s.blocking_session
where d.owner_name = :owner_name
  and d.job_name = :job_name
  and s.blocking_session is not null
  and s.blocking_session not in (
    select o.sid
    from v$session o
    join dba_datapump_sessions p on p.saddr = o.saddr
    where p.owner_name = :owner_name and p.job_name = :job_name
  )
