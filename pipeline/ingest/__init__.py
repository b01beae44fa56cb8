"""A folder of anything -> documents with pages. A pure function of bytes: no rubric, no store.

`archive` says what is there, `kinds` tells a file's type by its content and names its reader, one
short file per format reads it, `worker` reads untrusted files in processes of their own.
"""
