"""Slides: PPTX, PPT, ODP, with their tables, charts, notes and pictures.

pptx          drawingml (its names, texts, tables and charts), emf (drawings of Windows)
odp           slides of OpenDocument
ppt           LibreOffice's reading or our own: powerpoint97
shapes        what stands on a slide -> a page, in reading order
collage       the pictures of a slide as one
"""
