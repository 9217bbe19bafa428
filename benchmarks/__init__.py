"""Speed and gap, as kept numbers."""
