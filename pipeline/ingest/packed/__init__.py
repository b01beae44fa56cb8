"""Files in files: archives, packages of parts, OLE storages, embedded objects.

tarhead      how a tape archive is told; ole: what an OLE file holds at its top
opc          packages of parts (OOXML, ODF, OFD) and their XML
unzip un7z unrar untar ungz    archives; rarlist: what is in a RAR
unpack       compressed bytes, piece by piece; outside: by other programs; spool: put aside
embedded     files that stand in an Office paper
membernames  the names of members as text
"""
