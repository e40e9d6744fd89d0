"""TWAT's vision service: says what changed on a board between two photos, and which moves explain it."""
