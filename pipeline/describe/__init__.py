"""What a paper is: 文种, issuer, 文号, the dates it states, whose it is; the year of a passage.

The ways in: `unit_of` a folder, the `document` of a paper, `year_of` and `years_of` a passage;
`type_of_title` and `years_named` for what has only a title or a path. What a letterhead looks
like follows GB/T 9704-2012 (党政机关公文格式).
"""

from pipeline.describe.kinds import kind_of_title as type_of_title
from pipeline.describe.naming import years_named
from pipeline.describe.opening import opening
from pipeline.describe.organisations import unit_of
from pipeline.describe.paper import document
from pipeline.describe.script import unsupported
from pipeline.describe.years import year_of, years_of

__all__ = ["document", "opening", "type_of_title", "unit_of", "unsupported", "year_of",
           "years_named", "years_of"]
