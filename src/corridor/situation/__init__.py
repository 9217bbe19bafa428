"""What we believe: estimates, sites, fleet, roads, the agreement, and their contradictions."""
