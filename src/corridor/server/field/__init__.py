"""The page of a post: made for gloves, cheap phones and days without a network."""
