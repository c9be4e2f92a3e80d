select timestamp_to_scn(sysdate - :days_ago) from dual
