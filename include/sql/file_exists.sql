select dbms_lob.fileexists(bfilename(:directory_name, :file_name)) as found from dual
