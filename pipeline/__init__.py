"""zuozheng (佐证): proposes, for human reviewers to confirm, which papers prove which indicator."""

__version__ = "0.1.0"
