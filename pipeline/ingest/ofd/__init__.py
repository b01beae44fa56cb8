"""OFD (GB/T 33190-2016): packages as they are found, pages, text, tables, pictures.

reader    pages and attached files, of the modules below
package   the parts and how they point to one another; numbers: values as OFD writes them
page      one page: what is drawn on it, made blocks
objects   what is drawn, in its order; text: letters and their places; drawn: all of a page
turned    a page on its side held upright; lines: letters in visual lines, lines in order
picture   a page as a picture: image (one picture in it), as_pdf (the page that pdfium draws)
"""
