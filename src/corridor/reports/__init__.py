"""What was said: reports, their vocabulary and their readers."""
