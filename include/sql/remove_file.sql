begin
  utl_file.fremove(:directory_name, :file_name);
end;
