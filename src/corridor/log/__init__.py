"""The append-only log: what was said, what was decided, what was done. It knows nothing of buses."""
