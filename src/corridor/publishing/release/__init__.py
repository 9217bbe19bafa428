"""What may be told, to whom: levels, the stage that redacts, the guard of exports, what a reader could infer."""
