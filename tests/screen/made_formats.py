"""The papers of the sample archives in every format: written by LibreOffice, by the small writers
of the tests, as pictures, and packed. A `Source` knows the sentences that stand on it."""

from __future__ import annotations

import base64
import html
import io
import quopri
import re
import subprocess
import sys
import tarfile
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import py7zr
import pypdfium2
import yaml
from PIL import Image

from pipeline.ingest import kinds
from tests.ingest.made_archives import Zipped, zipped
from tests.ingest.made_letters import (
    BODY,
    DATA,
    LONG_NAME,
    SUBJECT,
    eml,
    msg,
    part,
)
from tests.ingest.made_ofd import Line
from tests.ingest.made_ofd import write as ofd_of_lines

ARCHIVES = Path(__file__).parents[2] / "sample_archives"
sys.path.insert(0, str(ARCHIVES))
# isort: off
import build  # noqa: E402
import ofd  # noqa: E402
import slides  # noqa: E402
import word  # noqa: E402
# isort: on

Files = list[tuple[str, bytes]]
"""Names and bytes."""
WORD = {
    "docx": "docx:MS Word 2007 XML", "doc": "doc:MS Word 97", "rtf": "rtf:Rich Text Format",
    "odt": "odt", "fodt": "fodt", "html": "html:HTML (StarWriter)", "xhtml": "xhtml",
    "txt": "txt:Text (encoded):UTF8", "xml": "xml:MS Word 2003 XML", "pdf": "pdf",
}  # fmt: skip
"""What LibreOffice writes of a flowing paper, and the filter it takes."""
SHEET = {
    "xlsx": "xlsx:Calc MS Excel 2007 XML", "xls": "xls:MS Excel 97", "ods": "ods",
    "fods": "fods", "html": "html:HTML (StarCalc)", "pdf": "pdf",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
}  # fmt: skip
SLIDES = {"pptx": "pptx", "ppt": "ppt", "odp": "odp"}
PLAIN = ("utf-8", "gb18030", "utf-16")
LEAST = {"sheet": 5, "word": 12, "text": 12, "html": 12}
"""Letters of a line, or of a table's cell, that make it a sentence to be found."""
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MARK = re.compile(r"(?:##?|=|>|\^|\+\+?|\[(?:red|number|imprint|box|photo)\]) ")


@dataclass(frozen=True)
class Source:
    """A paper of a sample archive: its text as its source writes it, what is known to stand on it,
    and the kind of thing it is: word, sheet, text or html."""

    unit: str
    paper: Any
    kind: str

    @property
    def name(self) -> str:
        return f"{self.unit}-{self.paper.source.stem}"

    def sentences(self, *, aside: bool = True) -> list[str]:
        """Without white space, each once, in their order; `aside`: those of text boxes and
        footnotes too."""
        body = self.paper.body if aside else [
            re.sub(r"\{\{.+?\}\}", "{{}}", line) for line in self.paper.body
            if not line.startswith("[box]")
        ]  # fmt: skip
        if self.kind == "html":
            shown = re.sub(r"(?s)<(head|script|style)\b.*?</\1>|<[^>]*>", "\n", "\n".join(body))
            body = html.unescape(shown).split("\n")
        pieces = body if self.kind in ("text", "html") else [
            one for line in body for one in _pieces(line)]
        own = [pressed(one) for one in pieces]
        known = [one for one in own if len(one) >= LEAST[self.kind]]
        whole = "\n".join(own)
        known += [quote for quote in map(pressed, _quotes(self)) if quote in whole]
        return list(dict.fromkeys(known))

    def running(self) -> re.Pattern[str]:
        """The running lines of its printed pages."""
        lines = [self.paper.keys.get("header", ""), self.paper.keys.get("footer", "— {n} —")]
        shapes = [re.escape(pressed(line)).replace(r"\{n\}", r"\d+").replace(r"\{N\}", r"\d+")
                  for line in lines if line]  # fmt: skip
        return re.compile("|".join(shapes) or r"(?!)")


def pressed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _pieces(line: str) -> Iterator[str]:
    """What stands together on paper: a line, a cell, a footnote, the text around its sign."""
    if line.startswith(("[cols]", "[page]", "[sheet]")) or line == "~":
        return
    line = _BOLD.sub(r"\1", line)
    cells = word.cells_of(line.lstrip("|=")) if line.startswith("|") else [_MARK.sub("", line, 1)]
    for cell in cells:
        for text in cell.split(" // "):
            yield from (piece for piece in re.split(r"\{\{|\}\}|\t", text) if piece.strip("<^ "))


def _quotes(source: Source) -> Iterator[str]:
    """What the reader of the archive quoted from its built files."""
    expected = yaml.safe_load((ARCHIVES / source.unit / "expected.yaml").read_text("utf-8"))
    made = {place.relative_to(ARCHIVES / source.unit).as_posix().partition("/")[2]
            for _, place in source.paper.to}  # fmt: skip
    for item in expected["indicators"].values():
        for one in item["evidence"]:
            if one["path"] in made:
                yield one["quote"]


def sources(names: Sequence[str] = ()) -> list[Source]:
    """All papers of the archives, or those whose names begin so ("lanhe-09")."""
    found = []
    for path in sorted(ARCHIVES.glob("*/source/*.txt")):
        paper = build.read_paper(path)
        made = {kind for kind, _ in paper.to}
        kind = ("sheet" if made & {"xlsx", "xls"} else
                "html" if any(place.suffix == ".html" for _, place in paper.to) else
                "text" if made & {"utf-8", "gb18030"} else "word")  # fmt: skip
        one = Source(path.parents[1].name, paper, kind)
        if not names or one.name.startswith(tuple(names)):
            found.append(one)
    return found


# --- writing ------------------------------------------------------------------------------------


def written(papers: Sequence[Source], folder: Path, most_slides: int = 1
            ) -> dict[tuple[str, str], Files]:
    """By format and paper: the files that it became; several for sheets as CSV. As slides no more
    than so many papers."""
    out: dict[tuple[str, str], Files] = {}
    given: dict[str, list[Path]] = {"word": [], "sheet": [], "slides": []}
    for source in papers:
        if source.kind in ("text", "html"):
            text = "\n".join(source.paper.body)
            for form in PLAIN if source.kind == "text" else [source.paper.to[0][0]]:
                form = "utf-8" if form == "html" else form
                out[form, source.name] = [(f"{source.name}.{source.kind}", text.encode(form))]
            continue
        blob = build.write_sheet(source.paper) if source.kind == "sheet" else (
            build.write_word(source.paper, word.PRINT_FONTS)
        )  # fmt: skip
        ending = "xlsx" if source.kind == "sheet" else "docx"
        place = folder / f"{source.name}.{ending}"
        place.write_bytes(blob)
        given[source.kind].append(place)
        out[f"{ending} of python", source.name] = [(place.name, blob)]
        if source.kind == "word" and len(given["slides"]) < most_slides:
            place = folder / f"{source.name}.fodp"
            place.write_bytes(slides.write(source.paper.body))
            given["slides"].append(place)
    tables = {"word": WORD, "sheet": SHEET, "slides": SLIDES}
    jobs = [(kind, form) for kind, table in tables.items() for form in table]
    with ThreadPoolExecutor(2) as pool:
        each = pool.map(lambda job: converted(given[job[0]], tables[job[0]][job[1]],
                                              folder / "-".join(job)), jobs)  # fmt: skip
        for (kind, form), found in zip(jobs, each, strict=True):
            label = form if kind != "sheet" else f"sheet as {form}"
            out.update({(label, name): files for name, files in found.items()})
    for source in papers:
        if source.kind == "word":
            out.update(_by_hand(source, out))
        elif source.kind == "sheet":
            out["et", source.name] = out["sheet as xls", source.name]
            out["sheet as xml", source.name] = [(f"{source.name}.xml", _workbook(source))]
    return out


def converted(given: Iterable[Path], asked: str, out: Path) -> dict[str, Files]:
    """What LibreOffice makes of the files in one call, by their stems."""
    given = list(given)
    if not given:
        return {}
    out.mkdir()
    # LibreOffice lets one program at a time into a profile
    profile = (out.parent / f"profile-{threading.get_ident()}").as_uri()
    subprocess.run(["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to",
                    asked, "--outdir", str(out), *map(str, given)],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=600)  # fmt: skip
    found: dict[str, Files] = {}
    for path in given:
        files = sorted(out.glob(f"{path.stem}[.-]*"))
        found[path.stem] = [(each.name, each.read_bytes()) for each in files
                            if each.suffix != ".png"]  # fmt: skip
    return found


def _by_hand(source: Source, made: Mapping[tuple[str, str], Files]
             ) -> Iterator[tuple[tuple[str, str], Files]]:
    """What LibreOffice does not write: letters, OFD, a web archive, Word's bytes under .wps."""
    ((_, docx),) = made["docx of python", source.name]
    ((_, doc),) = made["doc", source.name]
    ((_, page),) = made["html", source.name]
    ((_, pdf),) = made["pdf", source.name]
    text = "\n".join(piece for line in source.paper.body for piece in _pieces(line))
    body = base64.encodebytes(text.encode("gb18030"))
    coded = "Content-Transfer-Encoding: base64\n"
    attached = f'Content-Disposition: attachment; filename="{source.paper.source.stem}.docx"\n'
    octets = "application/octet-stream"
    yield ("eml", source.name), [(f"{source.name}.eml", eml(
        part(body, 'text/plain; charset="gb18030"', coded),
        headers="Subject: =?gb18030?B?ssTBzw==?=\nFrom: a@mail.example\nTo: b@mail.example\n"
        "Date: Mon, 18 Dec 2023 10:12:00 +0800\n",
    ))]
    yield ("attached to eml", source.name), [(f"{source.name}.eml", eml(
        part(base64.encodebytes("请查收".encode()), 'text/plain; charset="utf-8"', coded),
        part(base64.encodebytes(docx), octets, coded + attached), headers="From: a@mail.example\n",
    ))]
    yield ("mht", source.name), [(f"{source.name}.mht", eml(
        part(quopri.encodestring(page), "text/html; charset=utf-8",
             "Content-Transfer-Encoding: quoted-printable\nContent-Location: file:///a.htm\n"),
        kind='multipart/related; type="text/html"', headers="From: <saved>\n",
    ))]
    yield ("msg", source.name), [(f"{source.name}.msg", msg({SUBJECT: "材料", BODY: text}))]
    yield ("attached to msg", source.name), [(f"{source.name}.msg", msg(
        {SUBJECT: "材料", BODY: "请查收"},
        [{DATA: docx, LONG_NAME: f"{source.paper.source.stem}.docx"}],
    ))]
    yield ("ofd", source.name), [(f"{source.name}.ofd", ofd_of_lines([list(_lines(source))]))]
    with io.BytesIO(pdf) as stream:
        yield ("ofd as printed", source.name), [
            (f"{source.name}.ofd", ofd.write(stream, source.paper.made))]
    yield ("wps", source.name), [(f"{source.name}.wps", doc)]


def _workbook(source: Source) -> bytes:
    """The XML of Excel 2002 and 2003, which LibreOffice no longer writes."""
    own = "urn:schemas-microsoft-com:office:spreadsheet"
    sheets = ""
    for line in filter(None, source.paper.body):
        if line.startswith("[sheet] "):
            sheets += "</Table></Worksheet>" if sheets else ""
            sheets += f'<Worksheet ss:Name="{line[8:]}"><Table>'
            continue
        cells = "".join(
            f'<Cell ss:Index="{at}"><Data ss:Type="String">{escape(text)}</Data></Cell>'
            for at, text in enumerate(word.cells_of(line), 1) if text not in ("", "<", "^")
        )
        sheets += f"<Row>{cells}</Row>"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{own}" xmlns:ss="{own}">{sheets}</Table></Worksheet></Workbook>'
    ).encode()


def _lines(source: Source) -> Iterator[Line]:
    for line in source.paper.body:
        if line.startswith("|"):
            yield tuple(cell.strip("<^").replace(" // ", "") for cell in
                        word.cells_of(_BOLD.sub(r"\1", line.lstrip("|="))))
        else:
            yield from _pieces(line)


# --- packing ------------------------------------------------------------------------------------


def packed(files: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """By container: its name and bytes. The files lie in folders with Chinese names."""
    named = {f"会议材料/{name}": blob for name, blob in files.items()}
    old = zipped(*(Zipped(name.encode("gbk"), blob) for name, blob in named.items()))
    seven, tape = io.BytesIO(), io.BytesIO()
    with py7zr.SevenZipFile(seven, "w") as archive:
        for name, blob in named.items():
            archive.writestr(blob, name)
    with tarfile.open(fileobj=tape, mode="w:gz") as tar:
        for name, blob in named.items():
            info = tarfile.TarInfo(name)
            info.size = len(blob)
            tar.addfile(info, io.BytesIO(blob))
    nested = zipped(Zipped("附件/内层.zip".encode("gbk"), old))
    return {"zip": ("材料.zip", old), "7z": ("材料.7z", seven.getvalue()),
            "tar.gz": ("材料.tar.gz", tape.getvalue()), "zip in zip": ("外层.zip", nested)}


# --- picturing ----------------------------------------------------------------------------------


def printed(papers: Sequence[Source], work: Path) -> dict[str, list[Image.Image]]:
    """The pages of papers, by the papers' names."""
    for source in papers:
        docx = build.write_word(source.paper, word.PRINT_FONTS)
        (work / f"{source.name}.docx").write_bytes(docx)
    made = converted(sorted(work.glob("*.docx")), "pdf", work / "pdf")
    return {name: pictured(files[0][1]) for name, files in made.items()}


def pictured(pdf: bytes) -> list[Image.Image]:
    """The pages at 200 dpi."""
    return [page.render(scale=200 / 72).to_pil().convert("RGB")
            for page in pypdfium2.PdfDocument(pdf)]  # fmt: skip


def saved(pages: Sequence[Image.Image], form: str) -> bytes:
    """The pages in one file: PNG and JPEG take one, TIFF and PDF all."""
    out = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    if form == "PDF":
        more |= {"resolution": 200, "quality": 80}
    elif form == "TIFF":
        more |= {"compression": "tiff_deflate", "dpi": (200, 200)}
    else:
        more |= {"dpi": (200, 200)}
    pages[0].save(out, form, **more)
    return out.getvalue()


# --- reading ------------------------------------------------------------------------------------


def texts(name: str, data: bytes, running: re.Pattern[str] | None = None) -> Iterator[str]:
    """What is read of a file and of all it holds, white space and running lines taken out."""
    for _, pages in opened(name, data):
        yield "".join(
            line for page in pages for line in map(pressed, page.split("\n"))
            if not (running and running.fullmatch(line))
        )


def opened(name: str, data: bytes) -> Iterator[tuple[str, list[str]]]:
    """A file and what it holds: the path, the texts of the pages."""
    kind = kinds.sniff(data, name)
    if kind in kinds.READERS:
        yield name, [page.text for page in kinds.read(data, name)]
    if kind in kinds.HOLDERS:
        for member in kinds.members(data, kind):
            if member.data is not None:
                for path, pages in opened(member.name, member.data):
                    yield f"{name}!/{path}", pages


def letters_read(sentence: str, text: str) -> int:
    """Of the sentence's letters those that stand on the best stretch of a recognised text: its
    length less the edit distance."""
    wanted, seen = _folded(sentence), np.array([ord(one) for one in _folded(text)], np.int64)
    steps = np.arange(len(seen) + 1)
    row = np.zeros(len(seen) + 1, np.int64)
    for number, letter in enumerate(wanted, 1):
        best = np.minimum(row[:-1] + (seen != ord(letter)), row[1:] + 1)
        row = np.minimum.accumulate(np.concatenate([[number], best]) - steps) + steps
    return max(0, len(wanted) - int(row.min()))


def _folded(text: str) -> str:
    """Full and half width, and the brackets of official numbers, are one to a reader."""
    return pressed(unicodedata.normalize("NFKC", text)).translate(str.maketrans("〔﹝〕﹞", "[[]]"))
