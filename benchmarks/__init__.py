"""Measurements. Run by scripts/bench; nothing here is a test."""
