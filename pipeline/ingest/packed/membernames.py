"""The names of a container's members as text: data to show, never a path to write to.

Old archives do not say in which encoding their names are. Mostly one program wrote all of them, so
all are decided together: UTF-8 or GB18030, whichever reads like Chinese. Only a name that cannot be
that, or hardly is anything but UTF-8, is read as the other; one that is neither is shown as code
page 437, in which every byte is a character (APPNOTE.TXT, appendix D).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.errors import Reason
from pipeline.ingest.archive import LITTER, LITTER_FOLDERS
from pipeline.ingest.text.encoding import weigh

LONGEST = 4096
"""Characters of a name; of a longer one the end stays, where its ending is."""
# characters that say nothing, end a line, or turn the letters round so that a name reads as another
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN = re.compile("[\x00-\x7f]+")
_DRIVE = re.compile("[A-Za-z]:")
_SURE = 4
"""Characters outside ASCII: this many that are not meant as UTF-8 hardly ever pass for it."""
_TWO_BYTES = "\u07ff"
"""The last character of two bytes in UTF-8; one of more does not come about by accident."""
_AHEAD = 0.3
"""What UTF-8 has ahead of GB18030 where the characters are too few to be sure."""

Shown = tuple[str, Reason | None]


def shown(stated: Sequence[bytes | str]) -> list[Shown]:
    """For each name as stated (bytes where the encoding is not known) the name to show: parts
    joined by `/`, without root or drive, never empty, unlike every other; and the reason why such
    a member is not read: unsafe_path (it climbs out of the container), system_file, or None."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    names = []
    for number, text in enumerate(_texts(stated), 1):
        path, reason = _path(text)
        names.append((_unique(path or f"_{number}", taken, counts), reason))
    return names


def _unique(path: str, taken: set[str], counts: dict[str, int]) -> str:
    free = path
    while free in taken:
        counts[path] = counts.get(path, 1) + 1
        free = f"{path}~{counts[path]}"
    taken.add(free)
    return free


def _path(text: str) -> Shown:
    # a backslash parts names too: Windows wrote most archives, and reads all of them that way
    parts = _UNSHOWN.sub("\ufffd", text[-LONGEST:]).replace("\\", "/").lstrip("/").split("/")
    parts[0] = _DRIVE.sub("", parts[0], count=1)
    kept: list[str] = []
    climbs = False
    for part in parts:
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part == "..":
            climbs = True
            kept.append(part)
        elif part not in ("", "."):
            kept.append(part)
    path = "/".join(kept)
    if climbs:
        return path, "unsafe_path"
    if kept and (LITTER.fullmatch(kept[-1]) or LITTER_FOLDERS.intersection(kept[:-1])):
        return path, "system_file"
    return path, None


def _texts(stated: Sequence[bytes | str]) -> list[str]:
    encoding = _encoding([name for name in stated if isinstance(name, bytes)])
    return [name if isinstance(name, str) else _text(name, encoding) for name in stated]


def _text(name: bytes, encoding: str) -> str:
    encodings = ["utf-8", "gb18030"]
    if encoding == "gb18030" and max("".join(_read([name], "utf-8")), default="") <= _TWO_BYTES:
        encodings.reverse()
    for each in encodings:
        for text in _read([name], each):
            return text
    return name.decode("cp437")


def _encoding(names: list[bytes]) -> str:
    """The encoding that most of the names can be read in; of two that read all the same, the one
    whose reading looks like Chinese."""
    doubtful = [name for name in names if not name.isascii()]
    utf, gb = _read(doubtful, "utf-8"), _read(doubtful, "gb18030")
    if len(utf) != len(gb):
        return "utf-8" if len(utf) > len(gb) else "gb18030"
    text, other = (_PLAIN.sub("", "".join(names)) for names in (utf, gb))
    if len(text) >= _SURE or max(text, default="") > _TWO_BYTES or (
        weigh(text) + _AHEAD >= weigh(other)
    ):
        return "utf-8"
    return "gb18030"


def _read(names: list[bytes], encoding: str) -> list[str]:
    read = []
    for name in names:
        try:
            read.append(name.decode(encoding))
        except UnicodeDecodeError:
            continue
    return read
