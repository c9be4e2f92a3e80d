declare
  f utl_file.file_type;
begin
  f := utl_file.fopen(:directory_name, :file_name, 'w');
  utl_file.put_line(f, :text);
  utl_file.fclose(f);
end;
