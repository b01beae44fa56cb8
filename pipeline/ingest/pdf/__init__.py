"""PDF: the text that stands on a page with its boxes, the rows of its tables, its picture.

reader    pages and attached files, of the modules below
calls     pdfium's functions, declared for what is called a million times
letters   what stands on a page, letter by letter
boxes     boxes, and the matrices that move them; rulings: the lines drawn on a page
grid      the tables that lines close in; plumber: a second look where they are crooked
layout    letters in tables and lines -> blocks
sense     whether the letters can be what the page shows
sequence  page after page: tables that run on, papers that say nothing
picture   a page as a picture; photos: the pictures on pages, as they were put there
xfa       what was filled in on a form that has no pages
"""
