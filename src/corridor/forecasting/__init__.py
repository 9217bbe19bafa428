"""What is likely: thousands of runs of what may happen."""
