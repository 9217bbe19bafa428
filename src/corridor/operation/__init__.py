"""What is happening: the log folded into the truth of the moment."""
