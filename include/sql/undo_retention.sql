select value from v$parameter where name = 'undo_retention'
