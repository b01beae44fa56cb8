"""What the pages ask for: JSON, one file for each part of the room."""
