"""Speed and gap of the planner, beside its peers, by one command."""
