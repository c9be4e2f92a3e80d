"""What other parts of the project say in English, in Spanish."""
