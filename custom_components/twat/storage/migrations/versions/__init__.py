"""One module a schema revision. They are frozen once released and import nothing of TWAT."""
