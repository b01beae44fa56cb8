"""Passage x rubric -> raw votes of rules (and, once there is one, of a classifier), and a stage.

`copy` makes the text that is matched, with offsets back; `rules` lets keyword rules vote; `stage`
tells a promise from a performance; `combine` puts the votes for one indicator beside each other.
"""

from pipeline.tag.combine import tags_of
from pipeline.tag.rules import Rulebook, rulebook

__all__ = ["Rulebook", "rulebook", "tags_of"]
