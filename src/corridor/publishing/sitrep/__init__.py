"""The situation report: one page and its annexes, as HTML and as PDF from one content."""
