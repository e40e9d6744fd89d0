"""A game as files: to keep, to share, to read, and to bring back.

`document` and `bundle` hold everything and can be imported again; the rest is for people and for
other programs: `report` (HTML), `markdown`, `tables` (CSV), `pgn` (chess), `timelapse` (WebP).
"""
