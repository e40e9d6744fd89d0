"""A stand-in for an AI Task integration and the service on the internet that it asks.

`stand_in_ai` is the integration, as a folder for `custom_components`; `cloud` is the service: a process of its own, strict, and with
the same eyes as the stand-in for Ollama. What the table looks like it is told beforehand (`POST /stand-in/truth`).
"""
