"""What a whole season shows: season.html, season.xlsx and calendar.ics; changes.html and
changes.xlsx where two seasons are compared.

The rows come plain from the season; here they become words. `page` and `book` write the overview,
`ics` the calendar, `changes` the comparison; `words` is what they say alike.
"""

from __future__ import annotations

from pipeline.report.season.book import write_book
from pipeline.report.season.changes import write_changes
from pipeline.report.season.ics import write_calendar
from pipeline.report.season.page import write_page

__all__ = ["write_book", "write_calendar", "write_changes", "write_page"]
