"""Roads: OpenStreetMap extracts on disk to travel-time reports; a map is a source too, and the graph stays here."""
