"""What a run tells people: the facts, and how they read as text and as HTML."""
