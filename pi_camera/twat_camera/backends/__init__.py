"""The cameras there are: a real one, a rendered one, and a folder of photos."""
