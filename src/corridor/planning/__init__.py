"""What to do: the timetable, its bound and its independent check."""
