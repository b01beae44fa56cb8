"""HTML, XML and plain text in whatever encoding.

encoding  which encoding a text is in: the one place that decides
html      pages of the web; markup: XML that is no paper's format; plain: lines
"""
