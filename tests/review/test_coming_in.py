"""Where one comes to: greeted by name, to the page that one may see, beside the right last year."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import account as command
from pipeline.cli.frame import App
from pipeline.errors import InputError
from pipeline.language import say, speaking
from pipeline.review.lastport import last_port
from pipeline.review.serve import Where, local_office, shared_office
from pipeline.store.decisions import FILE, opened
from pipeline.store.ledger import Ledger
from tests.review.room import Room, demo, screened, shows

FIRST = demo.pieces()["T01"][0]


@pytest.fixture
def alone(tmp_path: Path) -> Room:
    """The room of a single user."""
    return Room(screened(tmp_path / "out"), local=True)


def link(alone: Room) -> str:
    link = alone.office.link
    assert link is not None
    link.make(alone.clock())
    return f"/enter?once={alone.tokens[-1]}"


def test_whoever_worked_here_last_is_greeted(alone: Room) -> None:
    for name in ("甲复核", "乙复核"):
        browser = alone.browser()
        page = browser.get(link(alone)).text
        assert browser.post("/enter", {"once": alone.tokens[-1], "name": name}).status == 303
        if name == "甲复核":
            assert "autofocus" in page and 'type="text"' in page, "nobody is known yet"
            # Who said something last is it, whoever came in after that.
            assert alone.decide(browser, FIRST).status == 200
    page = alone.browser().get(link(alone)).text
    assert '<input type="hidden" name="name" value="甲复核">' in page
    assert 'type="text"' not in page, "there is nothing to type over"
    other = alone.browser().get(link(alone) + "&other=1").text
    assert "甲复核" not in other and 'type="text"' in other and "autofocus" in other


def test_an_administrator_comes_to_the_accounts(room: Room) -> None:
    home = room.enter("管理", "admin").get("/")
    assert home.status == 303 and home.header("location") == "/accounts"
    assert room.enter("甲").get("/").status == 200


def test_a_token_that_could_read_nothing_is_not_made(room: Room, tmp_path: Path) -> None:
    admin = room.enter("管理", "admin")
    told = admin.post("/api/tokens", {"label": "报表"})
    assert told.status == 422 and told.json["error"] == "token_pointless"
    assert room.enter("监督", "auditor").post("/api/tokens", {"label": "报表"}).status == 200
    app = App()
    command.add_to(app)
    with pytest.raises(InputError, match="token_pointless") as error:
        app(["account", "token", "管理", "报表", "--database", str(room.out / FILE)])
    assert "管理" in say("error.token_pointless", **error.value.args_)


def test_of_certificate_and_key_the_one_at_fault_is_named(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.pem", tmp_path / "gone.pem"
    there.write_text("x")
    for cert, key, option in ((there, gone, "--tls-key"), (gone, there, "--tls-cert")):
        with pytest.raises(InputError, match="tls_unreadable") as error:
            Where(cert=cert, key=key).checked()
        words = say("error.tls_unreadable", **error.value.args_)
        assert option in words and "gone.pem" in words and "there.pem" not in words


@pytest.mark.parametrize(("kept", "port"), [
    ("8123\n", 8123), ("x", 0), ("80", 0), ("-1", 0), ("65536", 0), ("9" * 4000, 0), ("", 0)])
def test_a_port_that_is_kept_is_one(tmp_path: Path, kept: str, port: int) -> None:
    assert last_port(tmp_path) == 0
    (tmp_path / "review.port").write_text(kept)
    assert last_port(tmp_path) == port


# --- last year --------------------------------------------------------------------------------


def header(out: Path, **more: object) -> Path:
    with Ledger(out / "ledger.sqlite") as ledger:
        ledger.put_header(more)
    return out


def begun(now: Path, last: Path) -> list[str]:
    told: list[str] = []
    local_office(now, shows(now), lambda asked: None, "zh", lambda token: None, last, told.append)
    office = str(now.parent / "office.sqlite")
    engine = opened(office)
    engine.dispose()
    with pytest.raises(InputError, match="review_no_accounts|last_"):
        shared_office(office, [now], shows(now), lambda asked: None, "zh", False, told.append,
                      last)
    return told


def test_last_year_of_the_same_unit_needs_no_word(tmp_path: Path) -> None:
    now, last = screened(tmp_path / "now"), screened(tmp_path / "last")
    header(last, unit=["云岭市水利局"])
    assert begun(now, last) == [], "one of its former names"


def test_last_year_of_another_unit_is_told_by_name(tmp_path: Path) -> None:
    now, last = screened(tmp_path / "now"), screened(tmp_path / "last")
    header(last, unit=["青石县档案馆"])
    with speaking("zh"):
        (told,) = begun(now, last)
    assert "青石县档案馆" in told and "云岭市水务局" in told


def test_last_year_of_another_rubric_is_refused(tmp_path: Path) -> None:
    now, last = screened(tmp_path / "now"), screened(tmp_path / "last")
    asked = demo.rubric().model_dump(mode="json", exclude_none=True) | {"id": "demo-2021"}
    header(last, asked=asked)
    with pytest.raises(InputError, match="last_rubric") as error:
        begun(now, last)
    words = say("error.last_rubric", **error.value.args_)
    assert "demo-2021" in words and "demo-2024" in words


def test_this_year_is_not_last_year(tmp_path: Path) -> None:
    now = screened(tmp_path / "now")
    with pytest.raises(InputError, match="last_same"):
        begun(now, now)


# --- words ------------------------------------------------------------------------------------


def test_why_is_said_in_the_language_of_the_page(room: Room) -> None:
    browser = room.enter("甲")
    told = {language: {id: browser.get(room.path(f"/indicators/{id}?language={language}")
                                       ).json["why"] for id in ("T01", "T02", "T03", "T06", "TD")}
            for language in ("zh", "en")}
    assert told["en"]["T02"] == ("Not complete: 2023 shown as performed; 2024 only planned or too "
                                 "few; 2022 nothing found.")
    for id, words in told["en"].items():
        assert not any("\u4e00" <= one <= "\u9fff" for one in words), words
        assert any("\u4e00" <= one <= "\u9fff" for one in told["zh"][id])
    assert "25" in told["en"]["T03"] and "2023, 2024" in told["en"]["T03"]
