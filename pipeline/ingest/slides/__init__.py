"""Slides: PPTX, PPT, ODP, with their tables, charts, notes and pictures."""
