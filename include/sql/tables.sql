select t.table_name
from dba_tables t
join dba_objects o
  on o.owner = t.owner and o.object_name = t.table_name and o.object_type = 'TABLE'
where t.owner = :schema_name
  and o.created < sysdate - :days_ago
  and t.temporary = 'N'
  and t.nested = 'NO'
  and t.secondary = 'N'
  and t.dropped = 'NO'
  and (t.iot_type is null or t.iot_type = 'IOT')
  and t.table_name not in (select table_name from dba_external_tables where owner = :schema_name)
  and t.table_name not in (select log_table from dba_mview_logs where log_owner = :schema_name)
  and t.table_name not in (select job_name from dba_datapump_jobs where owner_name = :schema_name)
