"""The parts of TWAT as real processes on loopback: for the demo, end-to-end tests and fault tests."""
