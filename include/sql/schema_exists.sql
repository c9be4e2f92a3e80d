select count(*) from all_users where username = :schema_name
