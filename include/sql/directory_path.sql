select directory_path from all_directories where directory_name = :directory_name
