"""Many units in one run: engines, resume, copies across units, overview.

Nothing stands here yet.
"""
