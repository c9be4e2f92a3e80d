"""How a run tells people about itself."""
