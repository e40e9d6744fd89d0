"""Clients of the camera service and the vision service; they know HTTP and nothing of Home Assistant."""
