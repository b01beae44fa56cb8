"""HTML, XML and plain text in whatever encoding."""
