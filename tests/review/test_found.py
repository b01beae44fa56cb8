"""What was found when the room was attacked: each of these was once answered wrongly."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.guessable import guessable
from pipeline.review.legible import seen
from pipeline.review.office import is_loopback
from pipeline.store.decisions import FILE, reading
from pipeline.store.decisions import state as kept
from tests.review.room import PASSWORD, Browser, Room, demo, key, screened, target, unproposed

FIRST, SECOND = demo.pieces()["T01"][:2]


def move(room: Room, browser: Browser, version: int = 0, **more: Any) -> Any:
    return room.decide(browser, FIRST, "rejected", version=version, reason="moved",
                       moved_to="T05", **more)


def state(browser: Browser, room: Room, indicator: str) -> Any:
    found = browser.get(room.path(f"/indicators/{indicator}")).json["evidence"]
    one = next((card for card in found if card["target"] == target(FIRST)), None)
    return one and one["decision"] and one["decision"]["state"]["verdict"]


def undo(room: Room, browser: Browser, version: int, indicator: str = "T01", **more: Any) -> Any:
    return browser.post(room.path("/undo"), {
        "key": key(), "version": version, "indicator": indicator, "target": target(FIRST), **more})


# --- moving and undoing -----------------------------------------------------------------------


def test_a_move_writes_over_nobody(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    assert room.decide(other, FIRST, "rejected", "T05", reason="slogan", note="口号").status == 200
    lost = move(room, one)
    assert lost.status == 409 and lost.json["error"] == "conflict"
    assert (lost.json["indicator"], lost.json["theirs"]["by"]) == ("T05", "乙")
    assert lost.json["subject"] == f"T05|{target(FIRST)}" and lost.json["version"] == 1
    with reading(room.engine) as conn:
        assert len(list(kept.entries(conn, room.unit))) == 1, "nothing of the move was written"


def test_a_move_to_where_it_is_accepted_already_leaves_that_alone(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    room.decide(other, FIRST, "accepted", "T05", note="乙的备注")
    same = key()
    body = {"key": same, "version": 0, "indicator": "T01", "target": target(FIRST),
            "verdict": "rejected", "reason": "moved", "moved_to": "T05"}
    one.get(room.path(f"/original?target={target(FIRST)}"))
    first, again = (one.post(room.path("/evidence"), body) for _ in range(2))
    assert first.status == 200 and first.json == again.json
    with reading(room.engine) as conn:
        told = [(entry.subject.partition("|")[0], entry.note)
                for entry in kept.entries(conn, room.unit)]
    assert told == [("T05", "乙的备注"), ("T01", "")]


@pytest.mark.parametrize("indicator", ["T01", "T05"])
def test_a_move_is_undone_as_a_whole(room: Room, indicator: str) -> None:
    browser = room.enter("甲")
    move(room, browser)
    body = {"key": key(), "version": 1, "indicator": indicator, "target": target(FIRST)}
    first, again = (browser.post(room.path("/undo"), body) for _ in range(2))
    assert first.status == 200 and first.json == again.json
    assert (state(browser, room, "T01"), state(browser, room, "T05")) == (None, None)
    with reading(room.engine) as conn:
        keys = [entry.key for entry in kept.entries(conn, room.unit)]
    assert len(keys) == 4 and keys[2] == keys[3], "two entries, one transaction"
    assert undo(room, browser, 2, indicator).status == 200, "and an undo is undone as a whole"
    assert (state(browser, room, "T01"), state(browser, room, "T05")) == ("rejected", "accepted")


def test_what_was_decided_on_the_other_half_since_stands(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    move(room, one)
    room.decide(other, FIRST, "unsure", "T05", version=1)
    assert undo(room, one, 1).status == 200
    assert (state(one, room, "T01"), state(one, room, "T05")) == (None, "unsure")


def test_the_key_of_a_decision_is_no_undo(room: Room) -> None:
    browser, same = room.enter("甲"), key()
    browser.get(room.path(f"/original?target={target(FIRST)}"))
    browser.post(room.path("/evidence"), {"key": same, "version": 0, "indicator": "T01",
                                          "target": target(FIRST), "verdict": "accepted"})
    assert undo(room, browser, 1, key=same).json["state"]["verdict"] is None
    assert state(browser, room, "T01") is None


# --- reasons, names, passwords ----------------------------------------------------------------


@pytest.mark.parametrize("reason", ["    ", "\n\n\n\n", "\u200b" * 4, "\u3164\u3164\u3164\u3164",
                                    "", "核对", " 核 \u200b对 ", "\ufe0f" * 9])
def test_a_reason_can_be_read(room: Room, reason: str) -> None:
    lead = room.enter("牵头", "lead")
    told = lead.post(room.path("/unmask"), {
        "key": key(), "target": f"p:{unproposed()}", "reason": reason})
    assert told.status == 422 and told.json["error"] == "reason_short"
    with reading(room.engine) as conn:
        assert list(kept.entries(conn, room.unit)) == []


def test_a_key_unmasks_one_thing(room: Room) -> None:
    lead = room.enter("牵头", "lead")
    body = {"key": key(), "target": f"p:{unproposed()}", "reason": "核对联系人"}
    assert [lead.post(room.path("/unmask"), body).status for _ in range(2)] == [200, 200]
    other = lead.post(room.path("/unmask"), {**body, "target": target(FIRST)})
    assert other.status == 409 and other.json["error"] == "key_taken"


@pytest.mark.parametrize("name", ["\u200badm", "adm\u00ad", "\ufeffadm", "adm\u3164", "a\u115fdm",
                                  "adm\ue000", "adm\u2060", "adm\x07", "adm\ufe0f", "\u202eadm"])
def test_names_do_not_look_alike(room: Room, name: str) -> None:
    admin = room.enter("adm", "admin")
    told = admin.post("/api/accounts", {"name": name, "role": "reviewer", "password": PASSWORD})
    assert told.status == 422 and told.json["error"] in ("name_bad", "name_taken")


@pytest.mark.parametrize("password", [
    "123412341234", "passwordpassword", "abcdabcdabcd", "zuozheng1234", "123456789012",
    "qwertyuiop12", "111222333444", "Password2024!!", "复核一20241121!", "复核一复核一复核一复核一",
    "aaaaaaaaaaaab", "admin admin 1"])
def test_what_is_guessed_first_is_no_password(room: Room, password: str) -> None:
    admin = room.enter("管理", "admin")
    told = admin.post("/api/accounts", {"name": "复核一", "role": "reviewer", "password": password})
    assert told.status == 422 and told.json["error"] == "password_common"
    assert not guessable(PASSWORD, "复核一") and not guessable("x7Kq!m2Zp9Rt", "复核一")


def test_only_what_leaves_ink_is_seen() -> None:
    assert seen(" 甲\u200b\u00a0乙\t\u3164") == "甲乙"


# --- edges ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/audit?after=9223372036854775808", "/audit?after=2147483648",
                                  "/audit?after=-1", "/audit?limit=0"])
def test_numbers_are_bounded(room: Room, path: str) -> None:
    auditor = room.enter("监督", "auditor")
    assert auditor.get(room.path(path)).status == 422
    assert auditor.get(f"/api{path}").status == 422


def test_whoever_may_not_ask_is_told_only_that(room: Room) -> None:
    nobody, stranger = room.browser(), room.enter("外人", granted=False)
    for rest in ("/original", "/pictures/x/abc", "/search", "/queue?mode=x", "/audit?after=x"):
        assert nobody.get(room.path(rest)).status == 401, rest
        told = stranger.get(room.path(rest))
        assert told.status in (403, 404) and "fields" not in told.json, rest
    assert room.enter("甲").get(room.path("/original")).json["fields"] == ["target"]


@pytest.mark.parametrize("odd", ["a\0b", "\0", "' OR 1=1", "..", "长" * 70, "\ud800"])
def test_ids_are_ids(room: Room, odd: str) -> None:
    browser = room.enter("甲")
    for kind, more in (("evidence", {"target": target(FIRST)}), ("verdict", {})):
        told = browser.post(room.path("/undo"), {
            "key": key(), "version": 0, "indicator": odd, "kind": kind, **more})
        assert told.status == 422 and told.json["error"] == "invalid"


def test_ids_in_paths_are_ids(room: Room) -> None:
    admin = room.enter("管理", "admin")
    for path in ("/api/accounts/\0/close", "/api/accounts/../role", "/api/tokens/\0/revoke"):
        assert admin.post(path, {"role": "lead"} if "role" in path else {}).status == 404


def test_a_paper_can_be_read_while_nothing_can_be_written(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "out"))
    browser = room.enter("甲")
    held = sqlite3.connect(room.out / FILE, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    path = room.path(f"/original?target={target(FIRST)}")
    assert browser.get(path).json["text"]
    held.execute("ROLLBACK")
    held.close()
    body = {"key": key(), "version": 0, "indicator": "T01", "target": target(FIRST),
            "verdict": "accepted"}
    assert browser.post(room.path("/evidence"), body).status == 200, "nothing is opened twice"
    assert browser.get(path).status == 200 and not room.office.unkept.by(
        room.unit, browser.get("/api/me").json["name"])
    with reading(room.engine) as conn:
        (account,) = {entry.account for entry in kept.entries(conn, room.unit)}
        assert kept.opened_by(conn, room.unit, account) == {target(FIRST)}, "written by now"


def test_where_things_lie_on_the_server_is_told_to_nobody(tmp_path: Path) -> None:
    room = Room(screened(tmp_path / "out"))
    alone = Room(screened(tmp_path / "alone"), local=True)
    for one in (room, alone):
        (one.out / "ledger.sqlite").write_bytes(b"no ledger")
    browser = room.enter("甲")
    for path in (room.path(), "/api/units", f"/u/{room.unit}"):
        told = browser.get(path).text
        assert str(tmp_path) not in told and "out" in told, path
    assert str(tmp_path) in alone.enter("单人", "local").get(alone.path()).text


def test_the_name_of_a_download_is_masked(room: Room) -> None:
    from urllib.parse import unquote

    run = room.office.runs.of(room.out)
    file = run.files[demo.MINUTES]
    run.files[demo.MINUTES] = {**file, "path": "材料/关于郑国栋同志讲话的通知13987654321.txt"}
    run.by_hash[file["sha256"][:16]] = run.files[demo.MINUTES]
    said = unquote(room.enter("甲").get(
        room.path(f"/download/{file['sha256'][:16]}")).header("content-disposition"))
    assert "国栋" not in said and "13987654321" not in said and "*" not in said.partition("''")[2]


def test_what_others_note_is_masked(room: Room) -> None:
    one, other = room.enter("甲"), room.enter("乙")
    note = "请联系13987654321核实"
    room.decide(one, FIRST, note=note)
    one.post(room.path("/answer"), {"key": key(), "indicator": "T01", "requirement": "T01.1",
                                    "period": "2023", "note": note})
    assert note in one.get(room.path("/indicators/T01")).text, "one's own can be gone on with"
    told = other.get(room.path("/indicators/T01")).text
    lost = room.decide(other, FIRST, "unsure")
    assert lost.status == 409
    assert "13987654321" not in told + lost.text and "139******21" in told


def test_only_addresses_of_this_machine_are_its_own() -> None:
    own = ("127.0.0.1", "127.0.0.2", "::1", "[::1]", "localhost")
    assert all(is_loopback(one) for one in own)
    assert not any(is_loopback(one) for one in ("127.evil.example", "127.1.example.org", "0", "::",
                                                "192.0.2.1", "localhost.example", ""))


@pytest.mark.parametrize(("host", "said"), [("127.0.0.2", "127.0.0.2:8123"), ("::1", "[::1]:8123"),
                                            ("127.0.0.1", "localhost:8123")])
def test_what_it_is_started_at_is_what_it_answers_to(room: Room, host: str, said: str) -> None:
    room.office.serves(host, 8123)
    assert said in room.office.hosts and room.office.address.endswith(
        f"{said}" if host != "127.0.0.1" else "127.0.0.1:8123")
    browser = room.browser()
    browser.host = said
    assert browser.get("/login").status == 200


def test_what_a_card_counts_for_is_told_in_words(room: Room) -> None:
    browser = room.enter("甲")
    room.decide(browser, {"passage": unproposed()}, slots=[["T01.1", "2023"]])
    found = browser.get(room.path("/indicators/T01")).json
    asked = {one["id"]: one for one in found["requirements"]}
    cards = [card for card in found["evidence"] if card["serves"]]
    assert cards
    for card in cards:
        assert [[one["requirement"], one["period"]] for one in card["slots"]] == card["serves"]
        for one in card["slots"]:
            known = asked.get(one["requirement"])
            assert one["wording"] == (known["wording"] if known else found["wording"])
            assert one["link"] == (known["link"] if known else None)


def test_duties_stand_by_themselves(room: Room) -> None:
    groups = room.enter("甲").get(room.path()).json["groups"]
    run = room.office.runs.of(room.out)
    duties = {item.id for item in run.rubric.duties} & set(run.items)
    for group in groups:
        own = {one["id"] for one in group["indicators"]}
        assert own <= duties or not own & duties, group["titles"]
