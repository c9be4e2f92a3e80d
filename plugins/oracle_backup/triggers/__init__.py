"""What waits for long remote work, without a worker."""
