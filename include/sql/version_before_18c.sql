select version from v$instance
