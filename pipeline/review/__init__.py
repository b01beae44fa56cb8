"""The review room: people read proposals beside the originals and decide; only appended, never
filled in beforehand."""
