"""Pictures of pages: flat, upright, recognised, under seals once more, in reading order.

image      pictures of every format, as pages and as pixels
photo      a photo of a paper laid flat; upright: turned, scaled, and the way back
ocr        the libraries that recognise letters; look: what is seen on a sheet
seal       red seals, and what stands under them; ring: seals of copies in black
stretches  what was seen -> pieces; ruled: tables; columns: lines in order
page       all of it, from a picture to a page
"""
