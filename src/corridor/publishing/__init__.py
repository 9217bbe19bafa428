"""What we tell others: the page, the tables, the map."""
