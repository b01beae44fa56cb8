"""What an acceptance confirms: the slots that were named with it, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.store.decisions import append, chain, reading, writing
from pipeline.store.decisions import state as kept
from pipeline.store.decisions.entry import Write
from pipeline.store.ledger import Ledger
from tests.review.room import Browser, Room, demo, key, screened, target

FIRST = demo.pieces()["T05"][0]
PLAN = demo.pieces()["T02"][0]
BOTH = [["T05.1", "2023"], ["T05.2", "2023"]]
SERVES = {FIRST["passage"]: BOTH, PLAN["passage"]: [["T02.1", "2024"]]}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A room in whose run evidence serves slots."""
    out = screened(tmp_path / "out")
    with Ledger(out / "ledger.sqlite") as ledger:
        for id, rows in demo.pieces().items():
            for row in rows:
                if row["passage"] in SERVES:
                    ledger._base.execute(
                        "UPDATE evidence SET record=? WHERE item=? AND passage=?",
                        (json.dumps({**row, "serves": SERVES[row["passage"]]}).encode(), id,
                         row["passage"]))
    return Room(out)


def card(browser: Browser, room: Room, row: dict[str, Any], indicator: str = "T05") -> Any:
    found = browser.get(room.path(f"/indicators/{indicator}")).json
    return next(one for one in found["evidence"] if one["target"] == target(row))


def cell(browser: Browser, room: Room, requirement: str, period: str) -> Any:
    found = browser.get(room.path(f"/indicators/{requirement.partition('.')[0]}")).json
    return next(one for one in found["cells"]
                if (one["requirement"], one["period"]) == (requirement, period))


def flags(told: Any) -> dict[tuple[str, str], tuple[bool, bool, bool]]:
    return {(one["requirement"], one["period"]): (one["proposed"], one["accepted"],
                                                  one["promised"]) for one in told["slots"]}


def test_a_card_says_what_accepting_it_would_confirm(room: Room) -> None:
    browser = room.enter("甲")
    assert flags(card(browser, room, FIRST)) == {
        ("T05.1", "2023"): (True, False, False), ("T05.2", "2023"): (True, False, False)}
    assert flags(card(browser, room, PLAN, "T02")) == {("T02.1", "2024"): (True, False, True)}


def test_an_acceptance_confirms_what_it_names(room: Room) -> None:
    browser = room.enter("甲")
    told = room.decide(browser, FIRST, indicator="T05", slots=BOTH[:1] * 2)
    assert told.json["state"]["slots"] == BOTH[:1]
    assert cell(browser, room, "T05.1", "2023")["state"] == "confirmed"
    assert cell(browser, room, "T05.2", "2023")["state"] in ("nothing", "unread")
    assert flags(card(browser, room, FIRST)) == {
        ("T05.1", "2023"): (True, True, False), ("T05.2", "2023"): (True, False, False)}


def test_an_acceptance_that_names_nothing_confirms_nothing(room: Room) -> None:
    browser = room.enter("甲")
    assert room.decide(browser, FIRST, indicator="T05").json["state"]["slots"] == []
    for requirement, period in BOTH:
        assert cell(browser, room, requirement, period)["count"] == 0


def test_a_slot_that_was_not_proposed_can_be_confirmed(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, FIRST, indicator="T05", slots=[["T05.1", "2024"]])
    assert cell(browser, room, "T05.1", "2024")["state"] == "confirmed"
    assert flags(card(browser, room, FIRST))["T05.1", "2024"] == (False, True, False)


def test_what_is_moved_serves_the_slots_that_were_chosen(room: Room) -> None:
    browser = room.enter("甲")
    told = room.decide(browser, FIRST, "rejected", "T05", reason="moved", moved_to="T03",
                       slots=[["T03.1", "2023"]])
    assert told.status == 200 and told.json["state"]["slots"] == [["T03.1", "2023"]]
    assert cell(browser, room, "T03.1", "2023")["state"] == "confirmed"
    assert cell(browser, room, "T05.1", "2023")["count"] == 0
    assert flags(card(browser, room, FIRST, "T03")) == {("T03.1", "2023"): (False, True, False)}
    browser.post(room.path("/undo"), {"key": key(), "version": 1, "indicator": "T05",
                                      "target": target(FIRST)})
    assert cell(browser, room, "T03.1", "2023")["count"] == 0


def test_a_plan_that_is_moved_stays_a_plan(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, PLAN, "rejected", "T02", reason="moved", moved_to="T03",
                slots=[["T03.1", "2024"]])
    assert card(browser, room, PLAN, "T03")["decision"]["state"]["stage"] == "plan"
    assert cell(browser, room, "T03.1", "2024")["state"] == "planned"


def test_a_move_to_where_it_is_accepted_adds_the_slots(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, FIRST, indicator="T03", slots=[["T03.1", "2022"]])
    told = room.decide(browser, FIRST, "rejected", "T05", reason="moved", moved_to="T03",
                       slots=[["T03.1", "2023"]])
    assert told.status == 200
    assert card(browser, room, FIRST, "T03")["decision"]["state"]["slots"] == [
        ["T03.1", "2022"], ["T03.1", "2023"]]


def test_an_entry_of_old_means_what_it_meant(room: Room) -> None:
    id = room.account("甲", "reviewer")
    old = {"verdict": "accepted", "reason": None, "stage": None, "moved_to": None,
           "requirement": None, "period": None, "attached": False}
    alone = {**old, "attached": True, "requirement": "T06.1"}
    with writing(room.engine) as conn:
        for number, (subject, state) in enumerate((
                (f"T05|{target(FIRST)}", old), (f"T06|{target(FIRST)}", alone))):
            append(conn, Write(unit=room.unit, account=id, seat="", kind="evidence",
                               subject=subject, version=0, state=state, key=f"old-{number:06}"))
    browser = room.enter("甲")
    assert flags(card(browser, room, FIRST)) == {
        ("T05.1", "2023"): (True, True, False), ("T05.2", "2023"): (True, True, False)}
    for requirement, period in (*BOTH, ("T06.1", "2022-2024")):
        assert cell(browser, room, requirement, period)["state"] == "confirmed"
    # And is changed like any other, by whoever names its version; then undone to what it was.
    again = room.decide(browser, FIRST, indicator="T05", version=1, slots=[])
    assert again.status == 200 and cell(browser, room, "T05.1", "2023")["count"] == 0
    back = browser.post(room.path("/undo"), {"key": key(), "version": 2, "indicator": "T05",
                                             "target": target(FIRST)})
    assert back.status == 200 and cell(browser, room, "T05.2", "2023")["count"] == 1
    with reading(room.engine) as conn:
        assert chain.verify(conn, room.unit).bad is None
        assert len(list(kept.entries(conn, room.unit))) == 4
