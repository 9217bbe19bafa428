"""Everything of the posts: importing this enters all their handlers."""

from corridor.server.field import codes, phone, sheet

__all__ = ["codes", "phone", "sheet"]
