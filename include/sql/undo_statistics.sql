select min(tuned_undoretention) as shortest, max(maxquerylen) as longest_query from v$undostat
