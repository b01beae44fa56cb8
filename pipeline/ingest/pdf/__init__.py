"""PDF: the text that stands on a page with its boxes, the rows of its tables, its picture."""
