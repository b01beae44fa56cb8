"""Pictures of pages: flat, upright, recognised, under seals once more, in reading order."""
