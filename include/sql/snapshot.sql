select current_scn,
       to_char(sys_extract_utc(systimestamp), 'YYYY-MM-DD"T"HH24:MI:SS') as utc_time
from v$database
