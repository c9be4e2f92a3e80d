declare
  h number;
begin
  h := dbms_datapump.attach(job_name => :job_name, job_owner => :job_owner);
  dbms_datapump.stop_job(handle => h, immediate => 1, keep_master => 0, delay => 5);
end;
