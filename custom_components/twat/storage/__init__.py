"""Where games are kept: a database for what is known, files for what was seen.

Everything here blocks and is safe to call from several threads; callers on an event loop use an
executor.
"""
