"""calendar.ics: what a calendar program takes in, read back by the library."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from icalendar import Calendar

from pipeline.season import overview
from tests.season import fake

INFO = "报送：每半年报送1篇工作信息（2024年上半年）", date(2024, 6, 30)


def events(place: Path) -> dict[tuple[str, date], Any]:
    overview.write(place)
    read = Calendar.from_ical((place / "calendar.ics").read_bytes())
    found = {(str(event["summary"]), event.decoded("dtstart")): event
             for event in read.walk("VEVENT")}
    assert len(found) == len(read.walk("VEVENT"))
    return found


def season(place: Path, name: str = "乙局", **header: Any) -> Path:
    slots = {("U1-info", "2024H1"): {"state": "nothing", "first": None}}
    return fake.season(place, [(fake.unit("甲局"), fake.answer(fake.summary())),
                               (fake.unit(name), fake.answer(fake.summary(slots=slots)))], **header)


def test_an_event_says_what_is_due_what_came_and_who_owes_it(tmp_path: Path) -> None:
    event = events(season(tmp_path))[INFO]
    told = str(event["description"])
    assert "按期有 1" in told and "逾期未到 1" in told and "还缺：乙局" in told
    assert event.decoded("dtend") == date(2024, 7, 1) and event["transp"] == "TRANSPARENT"


def test_what_the_committees_owe_is_asked_of_no_unit(tmp_path: Path) -> None:
    found = events(season(tmp_path))
    (event,) = (event for (summary, day), event in found.items()
                if "典型样板案例" in summary and day == date(2024, 10, 31))
    assert "不向各单位要" in str(event["description"])


def test_a_name_cannot_end_a_line_or_begin_an_event(tmp_path: Path) -> None:
    name = "乙局\r\nEND:VEVENT\nBEGIN:VALARM;,\\n"
    place = season(tmp_path, name)
    found = events(place)
    data = (place / "calendar.ics").read_bytes()
    assert data.count(b"\r\nEND:VEVENT\r\n") == len(found)
    assert b"\nBEGIN:VALARM" not in data
    assert max(map(len, data.split(b"\r\n"))) <= 75  # folded


def test_the_moment_is_the_seasons_day_and_the_event_keeps_its_name(tmp_path: Path) -> None:
    one, two = (events(season(tmp_path / day, as_of=day)) for day in ("2024-07-01", "2024-12-01"))
    assert one[INFO]["uid"] == two[INFO]["uid"]
    assert one[INFO].decoded("dtstamp").isoformat() == "2024-07-01T00:00:00+00:00"
    assert len({event["uid"] for event in one.values()}) == len(one)
