"""Makes the integration importable in tests, under the name that Home Assistant gives it."""
