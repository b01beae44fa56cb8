"""A published notice -> a draft rubric. Nothing stands here yet."""
