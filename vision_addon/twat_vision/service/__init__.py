"""The HTTP service: image cache, durable job queue, worker processes, events."""
