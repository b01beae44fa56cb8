"""The written consent of an office that a run's decisions and passages may be learnt from.

OUT/consent.json, written by `zuozheng consent` and by nobody else. It names an office, never a
person, and holds for the papers that were there when it was given: papers added since are not
covered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import InputError, OutputError
from pipeline.language import say
from pipeline.store.outputs import placed

FILE = "consent.json"
MOST_BYTES = 64 * 1024
Office = Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]


class Consent(BaseModel):
    """Who consents, since when, to what, for which papers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True,
                              str_strip_whitespace=True)

    version: Literal[1] = 1
    office: Office
    date: date
    use: Literal["training"] = "training"
    covers: tuple[Literal["decisions"], Literal["passages"]] = ("decisions", "passages")
    papers: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 over the papers' own hashes, sorted: see `papers_of`."""


def papers_of(hashes: Iterable[str]) -> str:
    """What names a set of papers, whatever their order or names."""
    return hashlib.sha256("\n".join(sorted(set(hashes))).encode()).hexdigest()


def give(out: Path, office: str, papers: str, today: date) -> Consent:
    """Write the consent into a run's folder. Raises InputError `consent_office`, OutputError."""
    try:
        consent = Consent(office=office, date=today, papers=papers)
    except ValidationError:
        raise InputError("consent_office", office=office[:100]) from None
    try:
        with placed(out / FILE) as draft:
            draft.write_text(consent.model_dump_json(indent=1) + "\n", "utf-8")
    except OSError as error:
        raise OutputError("output_unusable", out=out / FILE, why=error.strerror) from None
    return consent


def wrong_in(error: ValidationError) -> str:
    """What is wrong first in a file that people or other programs may have touched, in words."""
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    kinds = {"json_invalid": "field.no_json", "missing": "field.missing",
             "extra_forbidden": "field.extra"}
    return say(kinds.get(first["type"], "field.wrong" if field else "line.not_object"), None,
               field=field)


def withdraw(out: Path) -> bool:
    """Take the consent back; whether there was one. Raises OutputError."""
    try:
        (out / FILE).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError("output_unusable", out=out / FILE, why=error.strerror) from None
    return True


def given(out: Path, papers: str) -> Consent:
    """The consent of a run. Raises InputError: `consent_absent`; `consent_broken`, if it is not
    what `give` writes; `consent_other`, if it was given for other papers."""
    place = out / FILE
    try:
        with place.open("rb") as file:
            raw = file.read(MOST_BYTES)
        consent = Consent.model_validate_json(raw)
    except FileNotFoundError:
        raise InputError("consent_absent", run=out) from None
    except ValidationError as error:
        raise InputError("consent_broken", run=out, why=wrong_in(error)) from None
    except OSError as error:
        raise InputError("consent_broken", run=out, why=error.strerror) from None
    if consent.papers != papers:
        raise InputError("consent_other", run=out)
    return consent
