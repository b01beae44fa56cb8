"""Processes of their own for untrusted files: what they give up, how they are asked and end."""
