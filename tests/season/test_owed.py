"""What is owed when, what came, what is late; and who is named as responsible."""

from __future__ import annotations

import pytest

from pipeline.rubric.calendar import last_day
from pipeline.rubric.load import load
from pipeline.season.owed import NAMED, Calendar, binding, obligations, responsible, standing
from tests.season import fake

YUXI = load("yuxi-2024")
ASKED = ("2022", "2023", "2024")


@pytest.mark.parametrize(("period", "day"), [
    ("2024H1", "2024-06-30"), ("2024H2", "2024-12-31"), ("2024Q1", "2024-03-31"),
    ("2024Q2", "2024-06-30"), ("2024Q3", "2024-09-30"), ("2024Q4", "2024-12-31"),
    ("2024", "2024-12-31"), ("2022-2024", "2024-12-31"), ("2024-10-31", "2024-10-31"),
])
def test_a_slot_is_due_on_the_last_day_of_its_period(period: str, day: str) -> None:
    assert last_day(period) == day


@pytest.mark.parametrize(("state", "first", "found"), [
    ("performed", "2024-06-30", "came"),
    ("performed", "2024-07-01", "came_late"),
    ("performed", "2024-06", "came"),
    ("performed", "2024", "came"),  # some day of that year lies before
    ("performed", "2024-07", "came_late"),
    ("performed", "2025", "came_late"),
    ("performed", None, "came"),  # it is there, and nothing says that it is late
    ("nothing", None, "late"),
    ("planned", None, "late"),
    ("unread", None, "unread"),  # unread is not absent, and so not late
])
def test_how_a_slot_of_the_first_half_year_stands_in_november(
        state: str, first: str | None, found: str) -> None:
    slot = {"period": "2024H1", "state": state, "first": first}
    assert standing(slot, "2024-11-21") == found


def test_nothing_is_late_on_the_day_it_is_due_or_before() -> None:
    slot = {"period": "2024H1", "state": "nothing", "first": None}
    assert standing(slot, "2024-06-30") == "open"
    assert standing(slot, "2024-07-01") == "late"


def test_yuxi_owes_a_piece_each_half_year_and_the_committees_what_is_theirs() -> None:
    owed = list(obligations(YUXI, ASKED))
    info = [row["due"] for row in owed if row["requirement"] == "U1-info"]
    assert info == ["2024-06-30", "2024-12-31"]  # the notice is of 2024, and asks from then on
    quarter = [row for row in owed if row["requirement"] == "C1-quarter"]
    assert {row["owed_by"] for row in quarter} == {"committee"}
    assert {row["due"] for row in quarter} >= {"2024-09-30", "2024-12-31"}
    assert [row["due"] for row in owed if row["requirement"] == "C2-cases"] == ["2024-10-31"]


@pytest.mark.parametrize("rubric", ["yuxi-2024", "benxi-2021", "naiman-2023", "plan-tax-month"])
def test_evidence_asked_for_each_year_is_no_obligation_of_the_calendar(rubric: str) -> None:
    asks = load(rubric)
    known = {(item.id, one.id): (item, one) for item in asks.items for one in item.requirements}
    for row in obligations(asks, ASKED):
        item, one = known[row["indicator"], row["requirement"]]
        assert not item.beyond_documents
        assert item in asks.duties or one.cadence in ("every half-year", "every quarter") or (
            one.cadence.startswith("by ")), row


def test_what_is_owed_each_half_year_quarter_or_by_a_day_stands_in_the_calendar() -> None:
    item = YUXI.indicators[0]
    asked = item.requirements[0]
    for cadence, count in (("every half-year", 6), ("every quarter", 12), ("by 2024-10-31", 1),
                           ("every year", 0), ("once", 0)):
        one = item.model_copy(update={"methods": (), "requirements": (
            asked.model_copy(update={"cadence": cadence, "mandatory": True, "since": None}),)})
        beyond = one.model_copy(update={"methods": ("问卷调查",)})
        for told, found in ((one, count), (beyond, 0)):
            asks = YUXI.model_copy(update={"indicators": (told,), "duties": ()})
            assert len(list(obligations(asks, ASKED))) == found


def test_what_stands_always_and_what_is_only_shown_is_never_late() -> None:
    owed = {row["requirement"] for row in obligations(YUXI, ASKED)}
    known = {one.id: one for item in YUXI.items for one in item.requirements}
    assert not any(known[id].cadence == "standing" for id in owed)
    assert all(known[id].mandatory or known[id].owed_by != "unit" for id in owed)
    optional = [one for one in known.values() if not one.mandatory and one.owed_by == "unit"]
    assert optional and not owed & {one.id for one in optional}


def test_a_duty_without_anything_mandatory_is_owed_whole() -> None:
    item = YUXI.duties[0]
    loose = item.model_copy(update={"requirements": tuple(
        one.model_copy(update={"mandatory": False}) for one in item.requirements)})
    assert binding(loose, duty=True) == {one.id for one in item.requirements}
    assert binding(loose, duty=False) == set()


def test_the_calendar_counts_and_names_who_still_owes() -> None:
    calendar = Calendar(YUXI, ASKED, "2024-11-21")
    key = ("U1-info", "2024H1")
    for name, slot in (("甲局", {"state": "performed", "first": "2024-05-06"}),
                       ("乙局", {"state": "performed", "first": "2024-08-01"}),
                       ("丙局", {"state": "nothing", "first": None}),
                       ("丁局", {"state": "unread", "first": None})):
        calendar.count(name, fake.summary(slots={key: slot}))
    row = next(row for row in calendar.rows() if (row["requirement"], row["period"]) == key)
    assert row["counts"] == {"came": 1, "came_late": 1, "late": 1, "unread": 1}
    assert row["owing"] == ["丙局"] and row["unread"] == ["丁局"]
    assert [one["due"] for one in calendar.rows()] == sorted(one["due"] for one in calendar.rows())


def test_the_calendar_names_only_so_many() -> None:
    calendar = Calendar(YUXI, ASKED, "2024-11-21")
    told = fake.summary(state="nothing")
    for number in range(NAMED + 5):
        calendar.count(f"第{number}单位", told)
    row = next(row for row in calendar.rows() if row["requirement"] == "U1-info")
    assert len(row["owing"]) == NAMED and row["counts"]["late"] == NAMED + 5


# --- responsible units ----------------------------------------------------------------------------

BENXI = load("benxi-2021")


def units(*told: tuple[str, str | None, tuple[str, ...]]) -> list[dict[str, object]]:
    return [{"dir": name, "name": name, "kind": kind, "names": [name, *names]}
            for name, kind, names in told]


def by_name(found: list[dict[str, object]]) -> dict[object, tuple[object, object]]:
    return {row["named"]: (row["how"], row["units"]) for row in found}


def test_a_name_is_matched_by_the_full_name_or_a_short_form_that_was_given() -> None:
    found = by_name(responsible(BENXI, units(
        ("高教办", None, ()), ("青岗高新区党群工作部", None, ("党群工作部",)),
        ("某区公安分局", None, ()))))
    assert found["高教办"] == ("name", ["高教办"])
    assert found["党群工作部"] == ("name", ["青岗高新区党群工作部"])
    assert found["公安分局"] == ("none", [])  # it resembles one, and is not guessed
    assert found["工商联"] == ("none", [])


def test_spaces_and_the_width_of_letters_do_not_make_another_name() -> None:
    found = by_name(responsible(BENXI, units((" 高 教办", None, ()))))
    assert found["高教办"] == ("name", [" 高 教办"])


def test_each_means_all_of_the_kind() -> None:
    found = by_name(responsible(BENXI, units(
        ("甲街道办事处", None, ()), ("乙街道", None, ()), ("丙局", None, ()))))
    assert found["各街道"] == ("kind", ["甲街道办事处", "乙街道"])
    assert found["区直各部门"] == ("all", ["甲街道办事处", "乙街道", "丙局"])


def test_a_kind_that_the_list_of_units_states_goes_before_all() -> None:
    found = by_name(responsible(BENXI, units(
        ("甲街道办事处", "街道", ()), ("丙局", "区直部门", ()))))
    assert found["各街道"] == ("kind", ["甲街道办事处"])
    assert found["区直各部门"] == ("kind", ["丙局"])


def test_no_unit_of_the_kind_is_said_and_not_filled() -> None:
    assert by_name(responsible(BENXI, units(("丙局", None, ()))))["各街道"] == ("none", [])


def test_every_unit_of_naiman_is_meant_by_its_longest_name() -> None:
    found = by_name(responsible(load("naiman-2023"), units(("丙局", None, ()))))
    assert found["各地区各部门单位"] == ("all", ["丙局"])


def test_each_named_one_owes_its_indicators() -> None:
    found = {row["named"]: row["items"] for row in responsible(BENXI, [])}
    for item in BENXI.indicators:
        for named in item.responsible:
            assert item.id in found[named]
