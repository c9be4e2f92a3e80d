"""A stand-in for an Oracle instance and its Data Pump and exp/imp tools."""
