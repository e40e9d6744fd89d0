"""HTTP handlers: each parses, calls one part of the service, and answers."""
