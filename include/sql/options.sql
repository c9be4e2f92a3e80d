select parameter, value from v$option
