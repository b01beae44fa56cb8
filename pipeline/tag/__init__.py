"""Passage x rubric -> raw votes of rules and of a trained model, one confidence, and a stage.

`copy` makes the text that is matched, with offsets back; `rules` lets keyword rules vote;
`features` and `model` say how likely each theme of evidence is, `themes` which indicators a theme
leads to; `weigh` makes one confidence of all votes; `stage` tells a promise from a performance;
`combine` puts the votes for one indicator beside each other; `tagger` is all of it, for one rubric.
`folder` loads a model, if it is what it was made as, and `quality` what is stored of its quality;
`examples` holds a rubric's rules to their own examples.
"""

from pipeline.tag.rules import Rulebook, rulebook
from pipeline.tag.tagger import Tagger, tagger

__all__ = ["Rulebook", "Tagger", "rulebook", "tagger"]
