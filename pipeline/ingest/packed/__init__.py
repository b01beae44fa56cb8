"""Files in files: archives, packages of parts, OLE storages, embedded objects."""
