"""Pages of PDF that are turned, tilted, in strips, without an end, or drawn by their viewer."""

from __future__ import annotations

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.pdf import reader as pdf
from tests.ingest.made_files import pdf as made
from tests.ingest.made_files import said
from tests.ingest.test_read_pdf import CELLS, FILLED, GRID, box, near, only, rows

PICTURE = (
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"
    " /ColorSpace /DeviceGray /Length 1 >>\nstream\n0\nendstream"
)


@pytest.mark.parametrize(("strips", "unread"), [(10, "no_text_layer"), (2, None)])
def test_a_scan_may_come_in_strips(strips: int, unread: str | None) -> None:
    page = "/Resources << /Font << /F 3 0 R >> /XObject << /X 100 0 R >> >>"
    shown = "".join(f"q 400 0 0 20 0 {20 + 20 * at} cm /X Do Q\n" for at in range(strips))
    cover = said(50, 200, "cover") + "q 1 0 0 1 0 0 cm /X Do Q\n"
    pages = list(pdf.read(made(cover, shown + said(9, 5, "page 2"), page=page, extra=(PICTURE,))))
    assert [each.unread for each in pages] == [None, unread]
    assert pages[1].text == "page 2"


LINES = ["The county office", "wrote to all villages", "to plan the coming year", "18 April"]


def leaning(cosine: float, sine: float, x: float, y: float, lines: list[str] = LINES) -> str:
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    return f"BT /F 12 Tf 20 TL {cosine} {sine} {-sine} {cosine} {x} {y} Tm {shown} ET\n"


@pytest.mark.parametrize(
    ("content", "page"),
    [
        (leaning(1, 0, 50, 250), "/Rotate 90"),
        (leaning(1, 0, 50, 250), "/Rotate 180"),
        (leaning(1, 0, 50, 250), "/Rotate 270"),
        (leaning(-1, 0, 350, 50), ""),
        (leaning(0, 1, 100, 50), ""),
        (leaning(0, -1, 100, 250), ""),
        (leaning(0, -1, 100, 250), "/Rotate 90"),
        (leaning(0.9986, 0.0523, 50, 200), ""),
        (leaning(0.9986, -0.0523, 50, 250), ""),
        ("".join(said(50, 100 + 30 * at, line) for at, line in enumerate(LINES[::-1])), ""),
    ],
)
def test_turned_tilted_and_upward_lines_are_read_in_order(content: str, page: str) -> None:
    assert only(made(content, page=page)).text.split("\n") == LINES


def test_lines_that_pdfium_lays_into_one_another() -> None:
    lines = ["To all", "the villages of this county and to all of its offices and schools"]
    assert only(made(leaning(0.9962, 0.0872, 20, 200, lines))).text.split("\n") == lines


def test_a_turned_table_is_read_upright() -> None:
    turned = "q 0 1 -1 0 300 0 cm\n" + GRID + FILLED + "Q\n"
    page = only(made(turned, page="/MediaBox [0 0 300 400]"))
    assert rows(page) == CELLS
    assert (page.width, page.height) == (300, 400)
    assert near(box(page.blocks[1]), (50, 50, 80, 350), 1)


def test_fields_that_the_viewer_draws_are_read() -> None:
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /F 4 /Rect [50 100 250 130]"
        " /DA (/F 12 Tf) /V (filled in) >>"
    )
    form = "<< /Fields [100 0 R] /NeedAppearances true /DR << /Font << /F 3 0 R >> >> >>"
    data = made(said(50, 200, "text"), page="/Annots [100 0 R]", extra=(field, form))
    assert only(_of_form(data)).text == "text\nfilled in"


def _of_form(data: bytes, more: bytes = b"") -> bytes:
    """The file with object 101 as its form; its places are found anew."""
    catalog = b"<< /Type /Catalog /AcroForm 101 0 R " + more
    return data.replace(b"<< /Type /Catalog ", catalog).replace(b"startxref", b"startxref\n9")


@pytest.mark.parametrize("value", ["filled in", ""])
def test_a_form_without_pages_says_what_was_filled_in(value: str) -> None:
    xml = (
        '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><xfa:datasets xmlns:xfa="urn:xfa"><xfa:data>'
        f"<a>{value}</a></xfa:data></xfa:datasets></xdp:xdp>"
    )
    held = f"<< /Length {len(xml)} >>\nstream\n{xml}\nendstream"
    data = made(said(50, 200, "Please wait"), extra=(held, "<< /Fields [] /XFA 100 0 R >>"))
    form = _of_form(data, b"/NeedsRendering true ")
    if value:
        page = only(form)
        assert (page.text, page.unread, page.width) == (value, "unsupported_format", 0)
    else:
        with pytest.raises(Unreadable) as refusal:
            only(form)
        assert refusal.value.reason == "unsupported_format"


def test_a_file_without_its_end_is_read() -> None:
    data = made(said(50, 200, "text"))
    cut = data[: data.rindex(b"xref\n0")]
    assert only(cut).text == "text"
    with pytest.raises(Unreadable) as refusal:
        only(cut.replace(b"/Catalog", b"/Cat"))
    assert refusal.value.reason == "corrupt"
