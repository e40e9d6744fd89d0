"""Board games as data, and their story. Pure Python: no Home Assistant, no database, no network."""
