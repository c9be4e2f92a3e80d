select version_full from v$instance
