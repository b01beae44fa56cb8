"""OFD (GB/T 33190-2016): packages as they are found, pages, text, tables, pictures."""
