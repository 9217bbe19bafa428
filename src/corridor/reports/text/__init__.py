"""An article or a message to candidate reports, each with the span of text that carries it."""

from corridor.reports.text.accept import accept
from corridor.reports.text.marked import marked_html
from corridor.reports.text.read import from_json_line, load_text, read_text, to_json_line

__all__ = ["accept", "from_json_line", "load_text", "marked_html", "read_text", "to_json_line"]
