"""The config file: its model, its loader, what is generated from it."""
