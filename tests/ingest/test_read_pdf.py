"""Pages of PDF: lines and boxes where they are shown, tables from their ruling lines."""

from __future__ import annotations

from pathlib import Path

import pdfplumber
import pypdf
import pytest

from pipeline.errors import Unreadable
from pipeline.evidence import Block, Box, OnPage, Page
from pipeline.ingest.member import Member
from pipeline.ingest.pdf import grid, plumber, rulings
from pipeline.ingest.pdf import reader as pdf
from tests.ingest.made_files import pdf as made
from tests.ingest.made_files import ruled, said


def box(block: Block) -> Box:
    assert isinstance(block.place, OnPage)
    return block.place.box


def near(one: Box, other: tuple[float, ...], by: float = 4) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def only(data: bytes) -> Page:
    (page,) = pdf.read(data)
    return page


def test_a_line_its_box_and_size() -> None:
    page = only(made(said(50, 200, "Hello world")))
    (block,) = page.blocks
    assert (block.kind, block.text, page.width, page.height) == ("line", "Hello world", 400, 300)
    # baseline at 200 from the bottom, 100 from the top
    assert near(box(block), (50, 89, 112, 103))
    assert 11.5 < block.size < 12.5


@pytest.mark.parametrize(
    ("turn", "place"),
    [
        (0, (50, 89, 112, 103)),
        # the letters stand on their side: the page is shown turned by 90 degrees to the right
        (90, (197, 50, 211, 112)),
        (180, (288, 197, 350, 211)),
        (270, (89, 288, 103, 350)),
    ],
)
def test_boxes_are_as_the_page_is_shown(turn: int, place: tuple[float, ...]) -> None:
    page = only(made(said(50, 200, "Hello world"), page=f"/Rotate {turn}"))
    assert (page.width, page.height) == ((400, 300) if turn % 180 == 0 else (300, 400))
    assert near(box(page.blocks[0]), place)


def test_boxes_count_from_the_crop() -> None:
    crop = "/MediaBox [0 0 400 300] /CropBox [40 50 360 280]"
    page = only(made(said(50, 200, "Hello world"), page=crop))
    assert (page.width, page.height) == (320, 230)
    assert near(box(page.blocks[0]), (10, 69, 72, 83))


GRID = ruled(
    (50, 250, 350, 250), (50, 220, 350, 220), (50, 190, 350, 190),
    (50, 250, 50, 190), (150, 250, 150, 190), (250, 220, 250, 190), (350, 250, 350, 190),
)  # fmt: skip
FILLED = (
    said(60, 270, "above") + said(60, 230, "A") + said(160, 230, "B over two") + said(60, 200, "C")
    + said(160, 200, "D") + said(260, 200, "E") + said(60, 150, "below")
)  # fmt: skip
CELLS = [("A", "B over two", ""), ("C", "D", "E")]


def rows(page: Page) -> list[tuple[str, ...]]:
    return [block.cells for block in page.blocks if block.kind == "row"]


def test_a_grid_with_a_merged_cell() -> None:
    page = only(made(GRID + FILLED))
    assert [block.text for block in page.blocks] == ["above", "A\tB over two", "C\tD\tE", "below"]
    assert rows(page) == CELLS
    assert near(box(page.blocks[1]), (50, 50, 350, 80), 1)


def test_a_cell_merged_over_rows_stands_in_the_first() -> None:
    lines = ruled(
        (50, 250, 350, 250), (150, 220, 350, 220), (50, 190, 350, 190),
        (50, 250, 50, 190), (150, 250, 150, 190), (350, 250, 350, 190),
    )  # fmt: skip
    text = said(60, 215, "tall") + said(160, 230, "one") + said(160, 200, "two")
    assert rows(only(made(lines + text))) == [("tall", "one"), ("", "two")]


def test_lines_of_thin_rectangles_and_one_path_of_many() -> None:
    thin = "".join(f"50 {y} 300 0.5 re f\n" for y in (250, 220, 190))
    tall = "50 190 0.5 60 re f 350 190 0.5 60 re f 150 190 0.5 60 re f 250 190 0.5 30 re f\n"
    assert rows(only(made(thin + tall + FILLED))) == CELLS
    path = "50 250 m 350 250 l 50 220 m 350 220 l 50 190 m 350 190 l 50 250 m 50 190 l "
    path += "150 250 m 150 190 l 250 220 m 250 190 l 350 250 m 350 190 l S\n"
    assert rows(only(made(path + FILLED))) == CELLS


def test_the_matrix_of_the_path_and_of_a_form_is_applied() -> None:
    half = GRID.replace("\n", " ")
    # drawn at half the size, scaled up by the page
    small = "q 2 0 0 2 0 0 cm " + _halved(half) + " Q\n"
    assert rows(only(made(small + FILLED))) == CELLS
    form = (
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 400 300] /Matrix [2 0 0 2 0 0]"
        f" /Length {len(_halved(half))} >>\nstream\n{_halved(half)}\nendstream"
    )
    page = "/Resources << /Font << /F 3 0 R >> /XObject << /X 100 0 R >> >>"
    assert rows(only(made("/X Do\n" + FILLED, page=page, extra=(form,)))) == CELLS


def _halved(content: str) -> str:
    return " ".join(
        str(float(word) / 2) if word.replace(".", "").isdigit() else word
        for word in content.split()
    )


def test_a_word_across_a_line_is_cut_there() -> None:
    lines = ruled((50, 250, 350, 250), (50, 220, 350, 220)) + ruled(
        (50, 250, 50, 220), (100, 250, 100, 220), (350, 250, 350, 220)
    )
    assert rows(only(made(lines + said(60, 230, "iiiiiiiiiiiiiiiiiiiiiiiiiiii")))) == [
        ("i" * 15, "i" * 13)
    ]


def test_frames_around_text_are_no_tables() -> None:
    sides = ((50, 250, 350, 250), (50, 150, 350, 150), (50, 250, 50, 150), (350, 250, 350, 150))
    assert rows(only(made(ruled(*sides) + said(60, 230, "framed")))) == []
    # a frame with an empty side column
    lines = "".join(said(120, y, "framed") for y in (230, 210, 190, 170))
    page = only(made(ruled(*sides, (100, 250, 100, 150)) + lines))
    assert [(block.kind, block.text) for block in page.blocks] == [("line", "framed")] * 4


def test_crooked_tables_are_shown_to_pdfplumber(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(plumber, "tables", lambda data, index: asked.append(index) or [])
    # nine cells, and the three at the top left have no walls between them: an L
    lines = [(50, 250, 350, 250), (150, 220, 350, 220), (50, 190, 350, 190), (50, 160, 350, 160)]
    lines += [(50, 250, 50, 160), (150, 220, 150, 160), (250, 250, 250, 160), (350, 250, 350, 160)]
    list(pdf.read(made(said(50, 20, "first"), ruled(*lines) + FILLED)))
    assert asked == [1]


@pytest.mark.parametrize(
    ("between", "numbers"),
    [("", [{1}, {1}]), (said(60, 285, "margin"), [{1}, {1}]), (said(60, 256, "text"), [{1}, {2}])],
)
def test_a_table_goes_on_over_the_page(between: str, numbers: list[set[int]]) -> None:
    table = GRID + FILLED.replace("(above)", "( )").replace("(below)", "( )")
    pages = pdf.read(made(table, between + table))
    assert [{block.table for block in page.blocks if block.table} for page in pages] == numbers


def test_letters_drawn_late_or_twice_stand_once_in_their_place() -> None:
    late = said(50, 200, "ab") + said(76, 200, "def") + said(64, 200, "c")
    assert only(made(late)).blocks[0].text.replace(" ", "") == "abcdef"


def test_pages_without_text() -> None:
    picture = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8" \
        " /ColorSpace /DeviceGray /Length 1 >>\nstream\n0\nendstream"  # fmt: skip
    page = "/Resources << /Font << /F 3 0 R >> /XObject << /X 100 0 R >> >>"
    scan = "q 400 0 0 300 0 0 cm /X Do Q\n"
    contents = (said(50, 200, "text"), "", scan, scan + said(1, 1, "1"))
    data = made(*contents, page=page, extra=(picture,))
    unread = [each.unread for each in pdf.read(data)]
    assert unread == [None, None, "no_text_layer", "no_text_layer"]
    # pages that are to be recognised are told, whatever else there is
    scans = list(pdf.read(made(scan, scan, page=page, extra=(picture,))))
    assert [(each.unread, each.width) for each in scans] == [("no_text_layer", 400)] * 2
    with pytest.raises(Unreadable) as refusal:
        list(pdf.read(made("", "", page=page, extra=(picture,))))
    assert refusal.value.reason == "blank"


PAPER = "各县区人民政府要把民族团结进步创建工作摆上重要议事日程，加强组织领导，落实工作责任，"
GOODS = "伊利每益添原味香酥鸡柳蒙牛优益草莓花生米熟食苹果山芋淀粉华联绿豆粉条"


def layered(letters: str, picture: bool = False, mode: int = 0) -> bytes:
    """A page whose font says that its letters are these: forty in a row, drawn in `mode` (3 is
    not at all), on a picture as large as the page if asked."""
    codes = [f"{number:04X}" for number in range(1, len(letters) + 1)]
    said = "".join(
        f"<{code}> <{letter.encode('utf-16-be').hex()}>\n"
        for code, letter in zip(codes, letters, strict=True)
    )
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{said}endbfchar endcmap end end"
    )
    rows = [codes[at : at + 40] for at in range(0, len(codes), 40)]
    shown = "".join(f"<{''.join(row)}> Tj 0 -12 Td\n" for row in rows)
    content = f"BT {mode} Tr /C 8 Tf 10 280 Td\n{shown}ET\n"
    extra = (
        f"<< /Length {len(table)} >>\nstream\n{table}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 100 0 R"
        " /DescendantFonts [102 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe)"
        " /Ordering (Identity) /Supplement 0 >> /FontDescriptor 103 0 R >>",
        "<< /Type /FontDescriptor /FontName /A /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0"
        " /Ascent 800 /Descent 0 /CapHeight 800 /StemV 80 >>",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"
        " /ColorSpace /DeviceGray /Length 1 >>\nstream\n0\nendstream",
    )
    page = "/Resources << /Font << /C 101 0 R >> /XObject << /X 104 0 R >> >>"
    return made(("q 400 0 0 300 0 0 cm /X Do Q\n" if picture else "") + content, page=page,
                extra=extra)


@pytest.mark.parametrize(
    ("letters", "picture", "unread"),
    [
        (PAPER * 3, False, None),
        (GOODS * 3, False, None),
        # read in a wrong encoding, then written
        (PAPER.encode().decode("gb18030", "ignore") * 3, False, "garbled"),
        (PAPER.encode("gb18030").decode("latin-1") * 3, False, "garbled"),
        ("锟斤拷" * 40, False, "garbled"),
        # a table of the font that is off by some
        ("".join(chr(ord(letter) + 7) for letter in PAPER) * 3, False, "garbled"),
        # below a heading that is well
        (PAPER + PAPER.encode().decode("gb18030", "ignore") * 3, False, "garbled"),
        # recognised by a scanner: well, badly, and as English
        (PAPER * 4, True, None),
        (PAPER.encode().decode("gb18030", "ignore") * 3, True, "garbled"),
        ("±fn ,(1¾-l ..ll1 ~^ %;: |I[} 'f/t <>ii" * 4, True, "garbled"),
        ("The committee met on 18 April 2024 to study the plan. " * 4, True, None),
        ("2024 12.5 3,000 118 36 40.8 2023 97 12 55 1,204 88 61 40 " * 5, True, None),
        # a watermark on a scan
        (PAPER * 2, True, "no_text_layer"),
    ],
)
def test_a_bad_text_layer_is_told(letters: str, picture: bool, unread: str | None) -> None:
    for mode in (0, 3):
        page = only(layered(letters, picture, mode))
        assert page.unread == unread
        assert page.layered == (picture and unread is None)
        assert (page.width, page.height) == (400, 300)
        if unread is None:
            assert "".join(page.text.split()).startswith("".join(letters.split())[:20])


def test_a_page_of_too_many_objects_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_OBJECTS", 50)
    first, second = pdf.read(made("9 9 m 20 9 l S\n" * 51, said(50, 200, "text")))
    assert (first.unread, first.blocks) == ("limit_objects", ())
    assert (second.unread, second.text) == (None, "text")


def test_forms_in_forms_are_walked_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulings, "MOST_FORMS", 100)
    walked = 0

    def counted(form: int) -> int:
        nonlocal walked
        walked += 1
        return int(count_in_form(form))

    count_in_form = rulings.count_in_form
    monkeypatch.setattr(rulings, "count_in_form", counted)
    forms = []
    for number in range(5):
        inner = said(9, 9, "x") if number == 4 else f"/X{number + 1} Do " * 9
        names = f"/Font << /F 3 0 R >> /XObject << /X{number + 1} {101 + number} 0 R >>"
        forms.append(
            f"<< /Type /XObject /Subtype /Form /BBox [0 0 400 300] /Resources << {names} >>"
            f" /Length {len(inner)} >>\nstream\n{inner}\nendstream"
        )
    page = "/Resources << /Font << /F 3 0 R >> /XObject << /X0 100 0 R >> >>"
    assert only(made("/X0 Do", page=page, extra=tuple(forms))).text
    assert walked == 100


def test_attached_files_are_members(tmp_path: Path) -> None:
    plain = made(said(50, 200, "text"))
    assert list(pdf.members(plain)) == []
    writer = pypdf.PdfWriter()
    (tmp_path / "a.pdf").write_bytes(plain)
    writer.append(str(tmp_path / "a.pdf"))
    writer.add_attachment("附件1.txt", "会议纪要".encode())
    writer.write(tmp_path / "a.pdf")
    assert list(pdf.members((tmp_path / "a.pdf").read_bytes())) == [
        Member("附件1.txt", "会议纪要".encode())
    ]
    # pinned to a page
    extra = (
        "<< /Length 4 >>\nstream\nnote\nendstream",
        "<< /Type /Filespec /F (b.txt) /UF (b.txt) /EF << /F 100 0 R >> >>",
        "<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 20 20] /FS 101 0 R >>",
        "<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 20 20] >>",
    )
    notes = made(said(50, 200, "text"), page="/Annots [102 0 R 103 0 R]", extra=extra)
    assert next(pdf.members(notes)) == Member("b.txt", b"note")


def test_too_many_attachments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "MOST_ATTACHED", 1)
    writer = pypdf.PdfWriter()
    (tmp_path / "a.pdf").write_bytes(made(said(50, 200, "text")))
    writer.append(str(tmp_path / "a.pdf"))
    for name in ("a", "b"):
        writer.add_attachment(name, b"1")
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(Unreadable) as refusal:
        list(pdf.members((tmp_path / "a.pdf").read_bytes()))
    assert refusal.value.reason == "limit_members"


def test_typed_notes_are_read() -> None:
    shown = "BT /F 12 Tf 2 5 Td (approved) Tj ET"
    form = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 80 20] /Resources << /Font << /F 3 0 R >> >>"
        f" /Length {len(shown)} >>\nstream\n{shown}\nendstream"
    )
    note = "<< /Type /Annot /Subtype /FreeText /Rect [50 100 130 120] /F 4 /AP << /N 100 0 R >> >>"
    page = only(made(said(50, 200, "text"), page="/Annots [101 0 R]", extra=(form, note)))
    assert page.text == "text\napproved"


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    with pytest.raises(Unreadable) as refusal:
        list(pdf.read(made(*[said(50, 200, "text")] * 3)))
    assert refusal.value.reason == "limit_pages"


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    for user, readable in (("secret", False), ("", True)):
        writer = pypdf.PdfWriter()
        place = tmp_path / "a.pdf"
        place.write_bytes(made(said(50, 200, "text")))
        writer.append(str(place))
        writer.encrypt(user, "owner", algorithm="AES-128")
        writer.write(place)
        if readable:
            assert only(place.read_bytes()).text == "text"
        else:
            with pytest.raises(Unreadable) as refusal:
                list(pdf.read(place.read_bytes()))
            assert refusal.value.reason == "encrypted"


def test_pages_come_one_by_one() -> None:
    pages = pdf.read(made(*[said(50, 200, "text")] * 50))
    assert next(pages).number == 1
    pages.close()


ORACLE = [
    "HUAXINBIDGPT__招标文件.pdf",
    "PyMuPDF__test_3994.pdf",
    "PyMuPDF__test_4699.pdf",
    "pdfplumber__issue-336-example.pdf",
    "pdfplumber__issue-67-example.pdf",
    "pypdf__issue-914-xmp-data.pdf",
]


@pytest.mark.parametrize("name", ORACLE)
def test_tables_are_those_that_pdfplumber_finds(real_files: Path, name: str) -> None:
    """The same rows of the same cells with the same letters, on the first 30 pages."""
    place = real_files / "real_zh" / "pdf" / name
    ours = {page.number: page for page in pdf.read(place.read_bytes())}
    compared = 0
    with pdfplumber.open(place) as document:
        for number, page in list(enumerate(document.pages, 1))[:30]:
            # one column is a frame to us
            tables = [table for table in page.find_tables() if len(table.rows[0].cells) > 1]
            wanted = [_squeezed(row) for table in tables for row in table.extract()]
            found = [_squeezed(row) for row in rows(ours[number])]
            # rows that say nothing are left out
            assert sorted(found) == sorted(row for row in wanted if any(row)), number
            compared += len(found)
    assert compared


def _squeezed(row: tuple[str, ...] | list[str | None]) -> list[str]:
    return ["".join((cell or "").split()) for cell in row]


def test_lines_that_touch_nothing_are_no_table() -> None:
    assert grid.tables([(10, 0, 100), (20, 0, 100)], [(200, 0, 50), (220, 0, 50)]) == []
    assert grid.tables([], []) == []
