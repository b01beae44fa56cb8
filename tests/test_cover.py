"""Unread is not absent, promised is not done, and only counting evidence performs a slot."""

from __future__ import annotations

import pytest

from pipeline.cover import Found, Paper, Tally, Unread
from pipeline.evidence import FlagCode, Stage
from pipeline.rubric.model import Indicator, Requirement

YEARS = ("2022", "2023", "2024")


def indicator(cadence: str = "every year", **fields: object) -> Indicator:
    act = Requirement(id="a", wording="开展活动", link="活动", mandatory=True, cadence=cadence)
    return Indicator.model_validate({"id": "Y08", "wording": "开展活动", "rules": ["r"],
                                     "requirements": [act], **fields})


def found(year: str | None, stage: Stage = "done", *, dated: str | None = None,
          flags: tuple[FlagCode, ...] = (), valid_until: str | None = None,
          other_form: bool = False) -> Found:
    paper = Paper("总结", year, valid_until, frozenset(flags), other_form)
    return Found(stage, dated or year, (year,) if year else (), frozenset({"r"}), paper)


def proposed(item: Indicator, *evidence: Found, unread: Unread | None = None, duty: bool = False,
             ) -> tuple[str, dict[str, str]]:
    tally = Tally(item, YEARS, duty)
    for one in evidence:
        tally.count(one)
    coverage = tally.coverage(unread or Unread())
    return coverage.proposed, dict(coverage.periods)


def test_done_in_every_year_is_covered() -> None:
    assert proposed(indicator(), *map(found, YEARS)) == (
        "covered", {"2022": "performed", "2023": "performed", "2024": "performed"})


def test_a_promise_is_partial() -> None:
    assert proposed(indicator(), found("2022"), found("2023", "plan"), found("2024")) == (
        "partial", {"2022": "performed", "2023": "planned", "2024": "performed"})


def test_nothing_anywhere_is_missing() -> None:
    assert proposed(indicator())[0] == "missing"


def test_only_promises_are_partial_not_missing() -> None:
    assert proposed(indicator(), found("2022", "plan"))[0] == "partial"


UNREAD_ROWS = [
    # what was found, what the unread files name, the proposal, the years' states
    ((), [("2023",)], "undetermined", ("nothing", "unread", "nothing")),
    ((), [()], "undetermined", ("unread", "unread", "unread")),
    (("2022", "2024"), [("2023",)], "undetermined", ("performed", "unread", "performed")),
    # whatever the unread paper of 2023 says, 2024 stays empty: partial either way
    (("2022",), [("2023",)], "partial", ("performed", "unread", "nothing")),
    (("2022", "2023", "2024"), [()], "covered", ("performed", "performed", "performed")),
    ((), [("2021",)], "missing", ("nothing", "nothing", "nothing")),
]


@pytest.mark.parametrize(("done", "names", "proposal", "states"), UNREAD_ROWS)
def test_unread_is_not_absent(done: tuple[str, ...], names: list[tuple[str, ...]], proposal: str,
                              states: tuple[str, ...]) -> None:
    got, periods = proposed(indicator(), *map(found, done), unread=Unread(tuple(names)))
    assert (got, tuple(periods.values())) == (proposal, states)


@pytest.mark.parametrize("flag", ["received", "other_unit", "template_residue", "near_duplicate",
                                  "year_swapped", "out_of_period"])
def test_a_flagged_paper_does_not_count(flag: FlagCode) -> None:
    tally = Tally(indicator(), YEARS)
    assert tally.count(found("2022", flags=(flag,))).why_not == flag
    assert tally.coverage(Unread()).proposed == "missing"


def test_the_second_form_of_a_paper_does_not_count_twice() -> None:
    assert Tally(indicator(), YEARS).count(found("2022", other_form=True)).why_not == "other_form"


def test_another_year_does_not_count() -> None:
    assert Tally(indicator(), YEARS).count(found("2019")).why_not == "other_period"
    assert Tally(indicator(), YEARS).count(found(None)).why_not == "no_year"


def test_what_stands_stands_from_its_date_until_its_term_ends() -> None:
    standing = indicator("standing")
    assert proposed(standing, found("2022"))[0] == "covered"
    assert proposed(standing, found("2021", flags=("out_of_period",)))[0] == "covered"
    assert proposed(standing, found("2023")) == (
        "partial", {"2022": "nothing", "2023": "performed", "2024": "performed"})
    assert proposed(standing, found("2022", valid_until="2023"))[1]["2024"] == "nothing"
    # to promise a group is not to have one the year after
    assert proposed(standing, found("2022", "plan"))[1] == {
        "2022": "planned", "2023": "nothing", "2024": "nothing"}


def test_an_unread_paper_of_an_earlier_year_could_hold_what_stands() -> None:
    assert proposed(indicator("standing"), unread=Unread((("2022",),)))[1]["2024"] == "unread"


def test_once_is_asked_once() -> None:
    assert proposed(indicator("once"), found("2023")) == ("covered", {"2022-2024": "performed"})


def test_half_years_need_months() -> None:
    item = indicator("every half-year")
    both = [found(year, dated=f"{year}-{month}") for year in YEARS for month in ("03", "11")]
    assert proposed(item, *both)[0] == "covered"
    assert proposed(item, *both[:-1])[1]["2024"] == "planned"


def test_what_is_owed_since_a_month_is_not_asked_before() -> None:
    act = Requirement(id="a", wording="半年一篇", link="活动", cadence="every half-year",
                      since="2024-05", mandatory=True)
    item = Indicator(id="U1", wording="信息", rules=("r",), requirements=(act,))
    assert proposed(item)[1] == {"2024": "nothing"}
    halves = [found("2024", dated="2024-06"), found("2024", dated="2024-09")]
    assert proposed(item, *halves) == ("covered", {"2024": "performed"})


def test_what_was_done_before_it_was_owed_does_not_count_unless_it_stands() -> None:
    for cadence, counts in (("once", False), ("standing", True)):
        act = Requirement(id="a", wording="方案", link="方案", cadence=cadence, since="2024-05",
                          mandatory=True)
        item = Indicator(id="U3", wording="方案", rules=("r",), requirements=(act,))
        tally = Tally(item, YEARS)
        assert bool(tally.count(found("2023", dated="2023-03")).serves) == counts


def test_what_nobody_can_settle_on_paper() -> None:
    item = indicator(methods=["问卷调查"])
    assert proposed(item, *map(found, YEARS))[0] == "beyond_documents"


def test_a_deduction_is_shown_and_never_counted() -> None:
    item = Indicator(id="YD", wording="减分", shown_only=True, deducts=10)
    tally = Tally(item, YEARS)
    assert tally.count(found("2022")).why_not == "shown_only"
    assert tally.coverage(Unread()).proposed == "shown_only"
    assert tally.coverage(Unread()).periods == ()


def test_what_others_owe_opens_no_slot() -> None:
    owed = Requirement(id="q", wording="每季度报送", link="活动", owed_by="committee",
                       cadence="every quarter")
    item = Indicator(id="D1", wording="报送", requirements=(owed,))
    tally = Tally(item, YEARS, duty=True)
    coverage = tally.coverage(Unread())
    assert (coverage.proposed, coverage.slots) == ("context", ())


def test_optional_links_never_lower_a_proposal() -> None:
    act = Requirement(id="a", wording="活动", link="活动", mandatory=True)
    plan = Requirement(id="p", wording="方案", link="方案", documents=("方案",), stage="plan")
    item = Indicator(id="Y08", wording="活动", rules=("r",), requirements=(act, plan))
    assert proposed(item, *map(found, YEARS))[0] == "covered"


def test_least_count() -> None:
    act = Requirement(id="a", wording="两次", link="活动", mandatory=True, least=2)
    item = Indicator(id="Y08", wording="活动", rules=("r",), requirements=(act,))
    assert proposed(item, *map(found, YEARS))[1]["2022"] == "planned"
    assert proposed(item, *map(found, YEARS), *map(found, YEARS))[0] == "covered"
