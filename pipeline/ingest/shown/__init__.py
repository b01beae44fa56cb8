"""Originals as people look at them: pages as pictures for a screen, in the readers' confinement.

fetched   the bytes of an original, out of its folder or of the containers it lies in
drawn     a page of a paper that has pages; small: its picture within so many bytes
paged     a paper without pages of its own as a PDF of LibreOffice's
found     where a passage stands in that PDF
worker    the process that does all this, on one hostile file at a time
"""
