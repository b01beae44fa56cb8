"""Periods: which years are asked for, and into which periods a cadence divides them."""

from __future__ import annotations

import re

from pipeline.errors import InputError


def years(period: str) -> tuple[str, ...]:
    """`2022-2024` -> ("2022", "2023", "2024"). Raises InputError on anything that is no period."""
    match = re.fullmatch(r"(\d{4})年?(?:[-—–~～至到]+(\d{4})年?)?", period.strip())
    if match:
        first, last = int(match[1]), int(match[2] or match[1])
        if 1949 <= first <= last <= 2100 and last - first < 30:
            return tuple(str(year) for year in range(first, last + 1))
    raise InputError("bad_period", period=period)


def slot_periods(cadence: str, asked: tuple[str, ...], since: str | None = None
                 ) -> tuple[str, ...]:
    """The periods of a cadence's slots over the years asked for; none that ends before `since`.

    `once` gives one for the whole period (`2022-2024`); `standing` and `every year` one a year;
    `by 2024-10-31` gives that date; half-years and quarters are `2024H1`, `2024Q3`.
    """
    if since is not None:
        return tuple(period for period in slot_periods(cadence, asked) if last_day(period) >= since)
    if cadence == "once":
        return (asked[0] if len(asked) == 1 else f"{asked[0]}-{asked[-1]}",)
    if cadence.startswith("by "):
        return (cadence[3:],)
    if cadence == "every half-year":
        return tuple(f"{year}H{half}" for year in asked for half in (1, 2))
    if cadence == "every quarter":
        return tuple(f"{year}Q{quarter}" for year in asked for quarter in (1, 2, 3, 4))
    return asked


def last_day(period: str) -> str:
    """The day on which a slot's period ends: `2024H1` -> `2024-06-30`, a date is itself."""
    if "H" in period:
        return f"{period[:4]}-{('06-30', '12-31')[int(period[5]) - 1]}"
    if "Q" in period:
        return f"{period[:4]}-{('03-31', '06-30', '09-30', '12-31')[int(period[5]) - 1]}"
    return period if len(period) == 10 else f"{period[-4:]}-12-31"


def falls_in(dated: str, period: str) -> bool:
    """Whether a date (`2024`, `2024-03`, `2024-03-05`) lies in a slot's period.

    A date without a month is in no half-year and no quarter; a date without a day is before a
    deadline only if its whole month or year is.
    """
    year, month = dated[:4], int(dated[5:7]) if len(dated) >= 7 else 0
    if "H" in period:
        return period[:4] == year and month > 0 and (month + 5) // 6 == int(period[5])
    if "Q" in period:
        return period[:4] == year and month > 0 and (month + 2) // 3 == int(period[5])
    if len(period) == 10:
        return dated.ljust(10, "~") <= period and dated[:4] == period[:4]
    return period[:4] <= year <= period[-4:]
