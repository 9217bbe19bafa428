"""Open standards: one module a format, each from the same situation, plan and forecast."""
