"""calendar.ics: what is due on which day, for the calendar of the office. An event for each day and
requirement; its text says what has come and which units still owe it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar, Event

from pipeline.language import say
from pipeline.report import printable
from pipeline.report.printable import safe
from pipeline.report.season import words

Row = dict[str, Any]

STANDINGS = ("came", "came_late", "late", "open", "unread")


def write_calendar(target: Path, told: Row) -> None:
    """Write the calendar to `target`; its moments are `as_of`, never the time of the run."""
    stamp = datetime.combine(date.fromisoformat(told["as_of"]), time(), UTC)
    frame = Calendar()
    frame.add("prodid", "-//zuozheng//season//ZH")
    frame.add("version", "2.0")
    frame.add("calscale", "GREGORIAN")
    frame.add("method", "PUBLISH")
    frame.add("x-wr-calname", words.tell("calendar.title"))
    for course in told["rubrics"]:
        for row in course["obligations"]:
            frame.add_component(_event(row, safe(course["rubric"].title), stamp))
    target.write_bytes(frame.to_ical())


def _event(row: Row, title: str, stamp: datetime) -> Event:
    day = date.fromisoformat(row["due"])
    period = printable.slot_period(row["period"])
    event = Event()
    # The same requirement of the same period is the same event in every season's file: whoever
    # takes the new file in has it renewed, not twice.
    called = "\n".join((row["rubric"], row["indicator"], row["requirement"], row["period"]))
    event.add("uid", hashlib.sha256(called.encode()).hexdigest()[:32] + "@zuozheng")
    event.add("dtstamp", stamp)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", words.tell("ics.summary", wording=safe(row["wording"]), period=period))
    event.add("description", "\n".join(_description(row, title)))
    return event


def _description(row: Row, title: str) -> list[str]:
    colon, comma = say("report.colon"), say("report.comma")
    told = [title, f"{row['requirement']} {safe(row['wording'])}",
            f"{printable.slot_period(row['period'])} · {printable.cadence(row['cadence'])}"]
    if row["owed_by"] != "unit":
        return [*told, words.tell("calendar.not_units", who=words.owed_by(row["owed_by"]))]
    told.append(words.owed_by("unit"))
    counts = row["counts"]
    told.append(comma.join(f"{words.tell(f'standing.{how}')} {counts[how]}"
                           for how in STANDINGS if counts[how]) or words.tell("ics.nobody"))
    for key, named, count in (
        ("calendar.owing", row["owing"], counts["late"] + counts["open"]),
        ("standing.unread", row["unread"], counts["unread"]),
    ):
        if named:
            more = words.tell("and_more", count=count - len(named)) if count > len(named) else ""
            told.append(f"{words.tell(key)}{colon}{comma.join(map(safe, named))} {more}".rstrip())
    return told
