"""The documentation, and the code that generates and runs it."""
