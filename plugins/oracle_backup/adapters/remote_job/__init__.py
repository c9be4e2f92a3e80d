"""A long command on the Oracle host that outlives the connection which started it."""
