"""A folder of anything -> documents with pages. A pure function of bytes: no rubric, no store.

    archive  what is there, nothing opened or followed
    sniff    what kind a file is; claims: what its name promises
    kinds    the one table from kind to reader
    pdf word sheets slides ofd mail text scans packed    a short file for each format
    member   what a container holds; plain: pages as data, to cross and to keep
    confined the processes that read untrusted files
    version  which readers these are
"""
