"""Sheets: one page each, a row for each row that says something."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile

import pytest
import python_calamine
from openpyxl import Workbook

from pipeline.errors import Unreadable
from pipeline.evidence import InRow
from pipeline.ingest import kinds
from pipeline.ingest.sheets import extent, sparse
from pipeline.ingest.sheets import sheet as sheet_reader
from pipeline.ingest.sheets.rows import Cell, as_text
from pipeline.ingest.sheets.sheet import read
from tests.ingest.made_files import zipped
from tests.ingest.test_embedded import compound


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with something replaced in one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            xml = before.read(name)
            assert name != part or old in xml
            after.writestr(name, xml.replace(old, new) if name == part else xml)
    return out.getvalue()


def test_cells_are_said_as_a_reader_would() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    sheet.append(["时间", "次数", "占比", "备注", None])
    sheet.append([datetime.date(2024, 4, 18), 3, 0.125, " 已办结 ", True])
    sheet.append([datetime.datetime(2024, 4, 18, 9, 30), 1234567, 2.0, None, None])
    (page,) = read(saved(book))
    assert [block.cells for block in page.blocks] == [
        ("时间", "次数", "占比", "备注", ""),
        ("2024-04-18", "3", "0.125", "已办结", "TRUE"),
        ("2024-04-18 09:30:00", "1234567", "2", "", ""),
    ]
    assert page.blocks[1].place == InRow("台账", 2)
    assert page.blocks[1].text == "2024-04-18\t3\t0.125\t已办结\tTRUE"


def test_hidden_sheets_are_read_and_pages_are_in_the_order_of_the_tabs() -> None:
    book = Workbook()
    hidden = book.create_sheet("隐藏", 0)
    hidden["A1"] = "藏"
    hidden.sheet_state = "hidden"
    assert book.active is not None
    book.worksheets[1]["A1"] = "显"
    assert [(page.number, page.text) for page in read(saved(book))] == [(1, "藏"), (2, "显")]


def test_empty_rows_part_tables_and_cost_nothing() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B3"], sheet["B4"], sheet["B65000"] = "甲", "乙", "丙"
    sheet.merge_cells("B3:D3")
    (page,) = read(saved(book))
    assert [(block.text, block.table, block.place) for block in page.blocks] == [
        ("甲", 1, InRow("Sheet", 3)),
        ("乙", 1, InRow("Sheet", 4)),
        ("丙", 2, InRow("Sheet", 65000)),
    ]


def test_a_book_without_words_is_blank() -> None:
    with pytest.raises(Unreadable) as refusal:
        list(read(saved(Workbook())))
    assert refusal.value.reason == "blank"


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ({"A1": "甲", "B2": datetime.date(2024, 4, 18), "XFD1048576": "乙"},
         [(1, ("甲", "", "")), (2, ("", "2024-04-18", "")), (1048576, ("", "", "乙"))]),
        ({"A1": "甲", "C2": 3, "XFD2": "乙", "A9000": "丙"},
         [(1, ("甲", "", "")), (2, ("", "3", "乙")), (9000, ("丙", "", ""))]),
    ],
)  # fmt: skip
def test_a_stray_cell_in_the_far_corner_costs_nothing(
    cells: dict[str, Cell], rows: list[tuple[int, tuple[str, ...]]]
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "签到 & 台账"
    for place, value in cells.items():
        sheet[place] = value
    other = book.create_sheet("另")
    other["B7"] = "旁"
    data = saved(book)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        done, moved = sparse.squeezed(data, package)
    # what is laid out of the sheet is what it holds
    laid_out = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(done))
    assert laid_out.get_sheet_by_index(0).end == (2, 2)
    assert len(moved) == 1
    first, second = read(data)
    assert [(block.place, block.cells) for block in first.blocks] == [
        (InRow("签到 & 台账", row), cells) for row, cells in rows
    ]
    assert [block.place for block in second.blocks] == [InRow("另", 7)]


def test_a_stated_extent_is_not_believed() -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = "甲", "乙"
    data = edited(saved(book), "xl/worksheets/sheet1.xml", b"A1:XFD1048576", b"A1:B2")
    (page,) = read(data)
    assert [block.text for block in page.blocks] == ["甲", "乙"]
    # and one that is too large costs nothing
    small = Workbook()
    assert small.active is not None
    small.active["A1"] = "甲"
    data = edited(saved(small), "xl/worksheets/sheet1.xml", b"A1:A1", b"A1:XFD1048576")
    (page,) = read(data)
    assert page.text == "甲"


def test_a_sheet_full_to_the_brim_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse, "MOST_CELLS", 10)
    book = Workbook()
    assert book.active is not None
    for _ in range(12):
        book.active.append(["甲", "乙"])
    book.active["XFD1"] = "丙"
    with pytest.raises(Unreadable) as refusal:
        list(read(saved(book)))
    assert refusal.value.reason == "limit_objects"


def test_rows_beyond_a_bound_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_reader, "MOST_SAID", 7)
    book = Workbook()
    assert book.active is not None
    for row in range(5):
        book.active.append([row, "甲"])
    (page,) = read(saved(book))
    assert (len(page.blocks), page.unread) == (4, "limit_objects")


def records(*given: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in given)


CELL = (0x0203, struct.pack("<HHHd", 0, 0, 0, 1.0))
FAR = (0x0203, struct.pack("<HHHd", 65535, 255, 0, 1.0))
SHEET, BIG = (0x0809, bytes(16)), (0x0200, struct.pack("<IIHHH", 0, 65536, 0, 256, 0))


@pytest.mark.parametrize(
    ("stream", "refused"),
    [
        (records(SHEET, BIG, CELL, FAR) * 3, True),
        (records(SHEET, BIG, CELL, FAR) * 2, False),
        # formatted to the last row, and empty
        (records(SHEET, BIG, CELL, (0x0201, struct.pack("<HHH", 65535, 255, 0))) * 9, False),
        (records(SHEET, BIG, CELL) + b"\x03\x02\xff\xff\0", False),
        (records(SHEET, BIG, (0x00BD, struct.pack("<HH", 65535, 0) + bytes(12) + b"\xff\0"), CELL)
         * 3, True),
    ],
)  # fmt: skip
def test_an_old_workbook_that_reaches_far(stream: bytes, refused: bool) -> None:
    data = compound("Workbook", stream)
    if refused:
        with pytest.raises(Unreadable) as refusal:
            extent.check_xls(data)
        assert refusal.value.reason == "limit_objects"
    else:
        extent.check_xls(data)


MANIFEST = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def ods(rows: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="台账">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    parts = {"content.xml": content.encode(), "META-INF/manifest.xml": MANIFEST}
    return zipped(mimetype=mime, **parts)


def test_a_flat_file_of_rows() -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "meta")
    )
    rows = "".join(f"{many('row', 1, ' ' + VALUE + ' ')} {many('row', 3)}\n" for _ in range(2))
    data = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {spaces} office:mimetype='
        '"application/vnd.oasis.opendocument.spreadsheet">\n'
        " <office:meta><meta:generator>openpyxl</meta:generator></office:meta>\n"
        " <office:settings>100</office:settings>\n <office:body>\n  <office:spreadsheet>\n"
        f'   <table:table table:name="台账">\n{rows}</table:table>\n  </office:spreadsheet>\n'
        " </office:body>\n</office:document>"
    ).encode()
    (page,) = kinds.read(data, "台账.fods")
    assert [(block.text, block.place) for block in page.blocks] == [
        ("甲", InRow("台账", 1)), ("甲", InRow("台账", 5)),
    ]  # fmt: skip
    for broken in (data[:-60], data.replace(b"office:body", b"office:none")):
        with pytest.raises(Unreadable) as refusal:
            list(kinds.read(broken, "台账.fods"))
        assert refusal.value.reason == "corrupt"


VALUE = '<table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'


def many(tag: str, count: int, inner: str = "") -> str:
    side = "rows" if tag == "row" else "columns"
    return f'<table:table-{tag} table:number-{side}-repeated="{count}">{inner}</table:table-{tag}>'


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        # as written to the last row and column, whatever holds nothing
        (f"<table:table-row>{VALUE}{many('cell', 16383)}</table:table-row>"
         + many("row", 1048575, many("cell", 16384)), ["甲"]),
        (many("row", 60000, many("cell", 3)) + f"<table:table-row>{VALUE}</table:table-row>",
         ["甲"]),
        # one row, a million times
        (many("row", 1000000, VALUE.replace(">", ' table:number-columns-repeated="1000">', 1)),
         None),
        (many("row", 1000000, many("cell", 2)) + "<table:table-row>" + many("cell", 16000) + VALUE
         + "</table:table-row>", None),
    ],
)  # fmt: skip
def test_open_document_sheets_repeat_rows_within_bounds(rows: str, said: list[str] | None) -> None:
    if said is None:
        with pytest.raises(Unreadable) as refusal:
            list(read(ods(rows)))
        assert refusal.value.reason == "limit_objects"
    else:
        (page,) = read(ods(rows))
        assert [block.text for block in page.blocks] == said


def binary(kind: int, body: bytes) -> bytes:
    low = bytes([kind | 0x80, 1]) if kind > 127 else bytes([kind])
    return low + bytes([len(body)]) + body


@pytest.mark.parametrize(("last", "refused"), [(1048575, True), (5, False)])
def test_a_binary_workbook_that_reaches_far(last: int, refused: bool) -> None:
    sheet = binary(148, struct.pack("<4I", 0, 1048575, 0, 16383))
    sheet += binary(0, struct.pack("<II", 0, 0)) + binary(2, struct.pack("<III", 0, 0, 0))
    sheet += binary(0, struct.pack("<II", last, 0)) + binary(2, struct.pack("<III", 16383, 0, 0))
    with zipfile.ZipFile(io.BytesIO(zipped(xl__worksheets__a=b"", **{
        "xl/worksheets/sheet1.bin": sheet}))) as package:
        if refused:
            with pytest.raises(Unreadable) as refusal:
                extent.check_xlsb(package)
            assert refusal.value.reason == "limit_objects"
        else:
            extent.check_xlsb(package)


def test_numbers_are_said_as_people_see_them() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    shown = [(0.125, "0%"), (1, "0.0%"), (0.975, '0.0%" 完成"'), (0.5, "General"), (0.3, '"%"0.0')]
    for column, (value, form) in enumerate(shown, 2):
        sheet.cell(3, column, value).number_format = form
    sheet["B4"], sheet["C4"], sheet["D4"] = "110101199003071234", 110101199003071, 1.2e17
    sheet["E4"], sheet["F4"] = datetime.time(9, 30), 0.00001
    (page,) = read(saved(book))
    assert [block.cells for block in page.blocks] == [
        ("12.5%", "100%", "97.5%", "0.5", "0.3"),
        ("110101199003071234", "110101199003071", "120000000000000000", "09:30:00", "0.00001"),
    ]


def test_texts_in_cells_formulas_and_errors() -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "甲"
    rich = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><r><t>\xe5\xbc\xa0</t></r><r><t>\xe4\xb8\x89</t>'
        b'</r></is></c><c r="B1"><f>SUM(1,2)</f><v>3</v></c><c r="C1" t="str"><f>A1</f><v>x</v></c>'
        # an error says nothing
        b'<c r="D1" t="e"><v>#N/A</v></c><c r="E1" t="b"><v>0</v></c></row>'
    )
    data = saved(book)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        xml = package.read("xl/worksheets/sheet1.xml")
    old = xml[xml.index(b"<row") : xml.index(b"</row>") + 6]
    (page,) = read(edited(data, "xl/worksheets/sheet1.xml", old, rich))
    assert page.blocks[0].cells == ("张三", "3", "x", "", "FALSE")


def test_hidden_rows_several_tables_and_merged_heads() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in {"A1": "2024年台账", "A2": "序号", "B2": "时间", "B3": "月", "C3": "日",
                         "A4": 1, "B4": 4, "C4": 18, "A6": "附表", "A7": "乙"}.items():  # fmt: skip
        sheet[place] = value
    for merged in ("A1:C1", "A2:A3", "B2:C2"):
        sheet.merge_cells(merged)
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    (page,) = read(saved(book))
    assert [(block.cells, block.table) for block in page.blocks] == [
        (("2024年台账", "", ""), 1),
        (("序号", "时间", ""), 1),
        (("", "月", "日"), 1),
        (("1", "4", "18"), 1),
        (("附表", "", ""), 2),
        (("乙", "", ""), 2),
    ]


def test_formats_in_the_far_corner_cost_nothing() -> None:
    from openpyxl.styles import Font

    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "甲"
    book.active["XFD1048576"].font = Font(bold=True)
    (page,) = read(saved(book))
    assert page.text == "甲"


def test_leading_zeros_stand_where_the_format_shows_them() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    shown: list[tuple[Cell, str]] = [
        (12, "000000"), (1234567, "000000"), (-7, "00;00"), (12.5, "0000"), ("甲", "0000"),
        (12, "0"), (1500, "000,000"), (3, "00.00")]  # fmt: skip
    for column, (value, form) in enumerate(shown, 1):
        sheet.cell(1, column, value).number_format = form
    (page,) = read(saved(book))
    assert page.blocks[0].cells == ("000012", "1234567", "-07", "12.5", "甲", "12", "1500", "3")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime.timedelta(hours=30), "30:00:00"),
        (-datetime.timedelta(hours=25, seconds=5), "-25:00:05"), ("PT30H05M00S", "30:05:00"),
    ],
)
def test_durations_are_said_in_hours(cell: Cell, text: str) -> None:
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("about", "inner", "text"),
    [
        ('office:value-type="percentage" office:value="0.256"', "<text:p>25.6%</text:p>", "25.6%"),
        # who wrote no text leaves the number
        ('office:value-type="percentage" office:value="0.256"', "", "0.256"),
        ('office:value-type="float" office:value="3"', "<text:p>3%</text:p>", "3"),
        ('office:value-type="time" office:time-value="PT30H00M00S"', "<text:p>30:00</text:p>",
         "30:00:00"),
    ],
)  # fmt: skip
def test_values_of_open_document_sheets(about: str, inner: str, text: str) -> None:
    cell = f"<table:table-cell {about}>{inner}</table:table-cell>"
    (page,) = read(ods(f"<table:table-row>{cell}</table:table-row>"))
    assert page.text == text


@pytest.mark.parametrize("begin", [b"\t\0\4\0", b"\t\2\6\0", b"\t\4\6\0"])
def test_workbooks_of_excel_4_and_older_are_no_broken_ones(begin: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(kinds.read(begin + b"\x02\0\x10\0" + bytes(40), "台账.xls"))
    assert refusal.value.reason == "unsupported_format"
