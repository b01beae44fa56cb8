"""Two reviewers, blind to one another, and the lead who settles: the server withholds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.room import Browser, Room, demo, key, target

ROWS = demo.pieces()["T01"]
SECRET = "只有甲知道的备注"
NAMES = ("甲复核", "乙复核")


class Blind:
    """A unit reviewed blind: two reviewers, a lead, an auditor."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.lead = room.enter("丙牵头", "lead")
        self.one, self.other = (room.enter(name) for name in NAMES)
        self.auditor = room.enter("丁监督", "auditor")
        told = self.lead.post(room.path("/mode"), {"key": key(), "mode": "blind"})
        assert told.status == 200, told.text

    def decide_differently(self) -> None:
        """Of three passages the two agree on one."""
        for row, verdict in zip(ROWS[:3], ("accepted", "accepted", "rejected"), strict=True):
            more = {"reason": "template"} if verdict == "rejected" else {}
            assert self.room.decide(self.one, row, verdict, note=SECRET, **more).status == 200
        self.one.post(self.room.path("/verdict"), {
            "key": key(), "version": 0, "indicator": "T01", "verdict": "partly", "points": 7.25,
            "note": SECRET, "despite_open": True})

    def decide_other(self) -> None:
        for row, verdict in zip(ROWS[:3], ("accepted", "rejected", "accepted"), strict=True):
            more = {"reason": "duplicate"} if verdict == "rejected" else {}
            assert self.room.decide(self.other, row, verdict, **more).status == 200
        self.other.post(self.room.path("/verdict"), {
            "key": key(), "version": 0, "indicator": "T01", "verdict": "met", "points": 10,
            "despite_open": True})

    def hand_in(self, browser: Browser) -> Any:
        return browser.post(self.room.path("/hand-in"), {"key": key()})


@pytest.fixture
def blind(room: Room) -> Blind:
    return Blind(room)


PATHS = ("", "/indicators/T01", "/papers", "/search?q=学习", "/queue?mode=open",
         "/queue?mode=uncertain", "/queue?mode=sample", "/recall", "/overview", "/earlier",
         f"/original?target={target(ROWS[0])}&indicator=T01", "/differences", "/agreement",
         "/audit", "/verify", "/record.json", "/record.html")


def everything(room: Room, browser: Browser) -> str:
    told = [browser.get(room.path(path)).text for path in PATHS]
    told += [browser.get(path).text for path in ("/api/units", "/", f"/u/{room.unit}",
                                                 f"/u/{room.unit}/overview", "/api/me")]
    return "".join(told)


def test_the_second_sees_nothing_of_the_first(blind: Blind) -> None:
    room = blind.room
    everything(room, blind.other)  # from now on the one original is opened
    before = everything(room, blind.other)
    blind.decide_differently()
    blind.hand_in(blind.one)
    after = everything(room, blind.other)
    assert after == before, "not a letter changes: no decision, note, name, count, hash"
    assert SECRET not in after and NAMES[0] not in after


def test_nothing_of_the_first_comes_back_with_a_write(blind: Blind) -> None:
    room = blind.room
    blind.decide_differently()
    told = room.decide(blind.other, ROWS[0], "unsure")
    assert told.status == 200, "the first's decision is no conflict"
    assert told.json["entry"]["version"] == 1
    assert told.json["entry"]["seq"] == 0 and told.json["entry"]["hash"] == ""
    lost = room.decide(blind.other, ROWS[0], "accepted")
    assert lost.status == 409 and lost.json["theirs"]["by"] == NAMES[1]


def test_the_lead_and_the_auditor_wait_too(blind: Blind) -> None:
    room = blind.room
    blind.decide_differently()
    for browser in (blind.lead, blind.auditor):
        told = everything(room, browser)
        assert SECRET not in told and "7.25" not in told and "template" not in "".join(
            browser.get(room.path(path)).text for path in ("/audit", "/overview"))
    assert blind.lead.get(room.path("/differences")).json["differences"] == []
    assert blind.lead.get(room.path("/agreement")).json["all"] is None
    assert blind.lead.get(room.path("/record.json")).json["error"] == "not_all_in"
    listed = blind.auditor.get(room.path("/audit")).json
    assert {row["kind"] for row in listed["entries"]} == {"mode", "withheld"}
    assert listed["head"] == {"seq": 0, "hash": ""}
    assert room.decide(blind.lead, ROWS[0]).json["error"] == "settle_instead"
    early = blind.lead.post(room.path("/settle"), {
        "key": key(), "version": 0, "kind": "evidence", "indicator": "T01",
        "target": target(ROWS[0]), "verdict": "accepted"})
    assert early.json["error"] == "not_all_in"


def test_when_both_are_in_differences_go_to_the_lead(blind: Blind) -> None:
    room = blind.room
    blind.decide_differently()
    blind.decide_other()
    assert blind.hand_in(blind.one).status == 200
    assert blind.lead.get(room.path("/differences")).json["waiting"] == [NAMES[1]]
    assert blind.hand_in(blind.other).status == 200
    told = blind.lead.get(room.path("/differences")).json
    assert told["both_in"] and {one["by"] for one in told["seats"]} == set(NAMES)
    kinds = sorted((one["kind"], one["target"]) for one in told["differences"]
                   if one["kind"] == "evidence")
    assert kinds == sorted([("evidence", target(ROWS[1])), ("evidence", target(ROWS[2]))])
    (verdict,) = [one for one in told["differences"] if one["kind"] == "verdict"]
    assert {view["state"]["points"] for view in verdict["views"]} == {7.25, 10}
    figures = blind.lead.get(room.path("/agreement")).json
    assert figures["all"]["n"] == 3 and figures["pairs"] == [sorted(
        NAMES, key=lambda name: [one["by"] for one in told["seats"]].index(name))]


def test_the_leads_word_stands(blind: Blind) -> None:
    room = blind.room
    blind.decide_differently()
    blind.decide_other()
    blind.hand_in(blind.one)
    blind.hand_in(blind.other)
    body = {"key": key(), "version": 0, "kind": "evidence", "indicator": "T01",
            "target": target(ROWS[1]), "verdict": "accepted", "note": "以原件为准"}
    assert blind.lead.post(room.path("/settle"), body).json["error"] == "not_opened"
    blind.lead.get(room.path(f"/original?target={target(ROWS[1])}&indicator=T01"))
    assert blind.lead.post(room.path("/settle"), body).status == 200
    assert blind.one.post(room.path("/settle"), {**body, "key": key()}).status == 403
    found = blind.lead.get(room.path("/indicators/T01")).json["evidence"]
    by_target = {one["target"]: one["decision"] for one in found}
    assert by_target[target(ROWS[0])]["state"]["verdict"] == "accepted", "both agreed"
    assert by_target[target(ROWS[1])]["by"] == "丙牵头"
    assert by_target[target(ROWS[2])] is None, "nobody settled it yet"
    told = blind.lead.get(room.path("/differences")).json["differences"]
    settled = {one["target"]: one["settled"] for one in told if one["kind"] == "evidence"}
    assert settled[target(ROWS[1])]["note"] == "以原件为准" and settled[target(ROWS[2])] is None
    assert blind.lead.get(room.path("/record.json")).status == 200
    # Those who differed read it on the card, beside what they said themselves.
    mine = {one["target"]: one for one in
            blind.other.get(room.path("/indicators/T01")).json["evidence"]}
    card = mine[target(ROWS[1])]
    assert card["decision"]["by"] == NAMES[1] and card["settled"]["note"] == "以原件为准"
    assert card["settled"]["by"] == "丙牵头" and mine[target(ROWS[2])]["settled"] is None


def test_who_handed_in_changes_nothing_any_more(blind: Blind) -> None:
    room = blind.room
    assert blind.hand_in(blind.one).json["error"] == "nothing_decided"
    blind.decide_differently()
    body = {"key": key()}
    first, again = (blind.one.post(room.path("/hand-in"), body) for _ in range(2))
    assert first.status == again.status == 200 and first.json == again.json
    assert blind.hand_in(blind.one).json["error"] == "handed_in"
    assert room.decide(blind.one, ROWS[4]).json["error"] == "handed_in"
    undone = blind.one.post(room.path("/undo"), {
        "key": key(), "version": 1, "indicator": "T01", "target": target(ROWS[0])})
    assert undone.json["error"] == "handed_in"
    assert blind.one.get(room.path()).json["handed_in"] is True


def test_the_way_of_reviewing_stands_when_decisions_do(room: Room) -> None:
    lead, browser = room.enter("丙牵头", "lead"), room.enter("甲")
    room.decide(browser, ROWS[0])
    body = {"key": key(), "mode": "blind"}
    assert lead.post(room.path("/mode"), body).json["error"] == "decisions_stand"
    assert browser.post(room.path("/mode"), body).status == 403
    browser.post(room.path("/undo"), {"key": key(), "version": 1, "indicator": "T01",
                                      "target": target(ROWS[0])})
    assert lead.post(room.path("/mode"), body).status == 200
    assert lead.get(room.path()).json["mode"] == "blind"


def test_who_is_not_granted_does_not_count(blind: Blind) -> None:
    room = blind.room
    blind.decide_differently()
    blind.decide_other()
    room.enter("未分派", granted=False)
    blind.hand_in(blind.one)
    blind.hand_in(blind.other)
    assert blind.lead.get(room.path()).json["both_in"] is True


def test_shared_reviewers_see_each_other(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    room.decide(one, ROWS[0], note="看见")
    told = other.get(room.path("/indicators/T01")).json["evidence"][0]["decision"]
    assert (told["by"], told["note"]) == ("甲", "看见")


# --- who comes late, and who goes on ----------------------------------------------------------


def all_in(blind: Blind) -> None:
    blind.decide_differently()
    blind.decide_other()
    assert (blind.hand_in(blind.one).status, blind.hand_in(blind.other).status) == (200, 200)


def test_who_had_not_begun_when_all_were_in_sees_and_says_nothing(blind: Blind) -> None:
    room = blind.room
    third = room.enter("戊复核")
    everything(room, third)  # from now on the one original is opened
    before = everything(room, third)
    all_in(blind)
    assert everything(room, third).replace('"late":true', '"late":false') == before
    assert third.get(room.path()).json["late"] is True
    assert third.get(room.path("/record.json")).json["error"] == "not_all_in"
    assert room.decide(third, ROWS[0]).json["error"] == "all_in_already"
    answer = third.post(room.path("/answer"), {"key": key(), "indicator": "T01",
                                               "requirement": "T01.1", "period": "2023",
                                               "note": "在档案室"})
    assert answer.json["error"] == "all_in_already"
    assert blind.hand_in(third).json["error"] == "all_in_already"
    assert blind.lead.get(room.path()).json["both_in"] is True, "what is open stays open"
    assert blind.one.get(room.path()).json["both_in"] is True


def test_a_token_is_no_way_around(blind: Blind) -> None:
    from pipeline.store.accounts import accounts, tokens
    from pipeline.store.decisions import writing

    room = blind.room
    room.enter("戊复核")
    all_in(blind)
    with writing(room.engine) as conn:
        found = accounts.find(conn, "戊复核")
        assert found is not None
        token = tokens.make(conn, found.id, "报表", room.clock())
    program = Browser(room.app, bearer=token)
    assert SECRET not in everything(room, program)
    assert program.get(room.path("/record.json")).json["error"] == "not_all_in"


def test_the_lead_opens_again_what_was_handed_in_too_early(blind: Blind) -> None:
    room = blind.room
    blind.decide_differently()
    blind.hand_in(blind.one)
    blind.decide_other()
    told = blind.lead.get(room.path("/differences")).json
    (seat,) = told["handed_in"]
    assert seat["by"] == NAMES[0] and told["waiting"] == [NAMES[1]]
    body = {"key": key(), "seat": seat["seat"], "reason": "漏看了两页"}
    assert blind.one.post(room.path("/open-again"), body).status == 403
    assert blind.lead.post(room.path("/open-again"), {**body, "reason": "\u200b " * 9}
                           ).json["error"] == "reason_short"
    first, again = (blind.lead.post(room.path("/open-again"), body) for _ in range(2))
    assert first.status == 200 and first.json == again.json
    other = blind.lead.post(room.path("/open-again"), {**body, "key": key()})
    assert other.json["error"] == "not_handed_in"
    assert room.decide(blind.one, ROWS[4]).status == 200, "he goes on"
    blind.hand_in(blind.other)
    assert blind.other.get(room.path()).json["both_in"] is False, "and blindness holds"
    assert SECRET not in everything(room, blind.other) + everything(room, blind.lead)
    assert blind.hand_in(blind.one).status == 200
    rows = blind.auditor.get(room.path("/audit")).json["entries"]
    (row,) = [row for row in rows if row["kind"] == "opened_again"]
    assert (row["by"], row["note"]) == ("丙牵头", "漏看了两页")
    late = blind.lead.post(room.path("/open-again"), {**body, "key": key()})
    assert late.json["error"] == "all_in_already", "now each knows what the other said"


# --- the unit's answer ------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [
    ("reviewer", 200), ("lead", 200), ("auditor", 403), ("admin", 403)])
def test_who_may_write_down_the_units_answer(room: Room, role: str, status: int) -> None:
    told = room.enter("某人", role).post(room.path("/answer"), {
        "key": key(), "indicator": "T01", "requirement": "T01.1", "period": "2023", "note": "在"})
    assert told.status == status


def test_the_units_answer_stands_in_every_export(blind: Blind) -> None:
    import io
    import zipfile

    room = blind.room
    body = {"indicator": "T01", "requirement": "T01.1", "period": "2023"}
    third = room.enter("戊复核")
    room.decide(third, ROWS[0])
    third.post(room.path("/answer"), {**body, "key": key(), "note": "第三人记下的答复"})
    blind.lead.post(room.path("/answer"), {**body, "key": key(), "note": "牵头人记下的答复"})
    admin = room.enter("管理", "admin")
    (id,) = [one["id"] for one in admin.get("/api/accounts").json["accounts"]
             if one["name"] == "戊复核"]
    admin.post(f"/api/accounts/{id}/close", {})
    all_in(blind)
    book = zipfile.ZipFile(io.BytesIO(blind.lead.get(room.path("/record.xlsx")).body))
    told = ["".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml")),
            *(blind.lead.get(room.path(path)).text
              for path in ("/record.json", "/record.html", "/indicators/T01"))]
    for text in told:
        for said in ("第三人记下的答复", "牵头人记下的答复"):
            assert said in text
