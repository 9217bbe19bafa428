"""The bare bus evacuation problem: integer minutes and bus loads, tours out."""
