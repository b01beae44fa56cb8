"""Papers of word processors: DOCX, DOC, RTF, ODT, WPS and what LibreOffice makes of the rest.

docx      wordml and wordtree (its names and its tree), styles, numbering
word_xml  papers that are one XML file, made a docx
odt       odf (names and values of OpenDocument), odt_styles
doc       word97: word97_text (how it is kept), word97_lists (its numbers)
rtf       rtf_letters (which letters its bytes are), rtf_story (what is open of it)
wps       papers of Works
flow      what doc, rtf and odt gather -> blocks; pasted: pictures that are pages
office    LibreOffice, run; converted: our own reading or LibreOffice's
"""
