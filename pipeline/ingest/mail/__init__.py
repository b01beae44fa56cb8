"""Letters and saved web pages: EML, MHT, MSG, with what is attached to them.

mime    a letter's parts, where they are; eml: which of them are said, which attached
msg     letters of Outlook; lzfu: their packed RTF
letter  subject, date and the best form of the body -> a page
"""
