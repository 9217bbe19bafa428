"""Every page of the console: importing this enters all their handlers."""

from corridor.server.console import assets, figure, now

__all__ = ["assets", "figure", "now"]
