"""A table that does not exist, photographed: scripted games rendered as overhead photos."""
