"""What one mail a day tells of all schemas: what their runs have left, and how it reads."""
