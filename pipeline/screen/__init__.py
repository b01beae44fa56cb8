"""One unit, the whole way: `unit` strings the stages together, `paper` is what a worker does.

No format, rule or indicator is known here by name.
"""
