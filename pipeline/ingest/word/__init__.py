"""Papers of word processors: DOCX, DOC, RTF, ODT, WPS and what LibreOffice makes of the rest."""
