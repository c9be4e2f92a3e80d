select nvl(sum(bytes), 0) from dba_segments where owner = :schema_name
