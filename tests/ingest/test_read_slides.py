"""What a presentation shows, feature by feature, on presentations made for it; and real ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Block, OnPage, Page
from pipeline.ingest import kinds
from pipeline.ingest.slides import odp, powerpoint97, ppt, shapes
from pipeline.ingest.slides import pptx as slides
from pipeline.ingest.word import office
from tests.ingest import made_slides as made
from tests.ingest.made_slides import frame, links, p, pic, png, pptx, sp, xfrm


def texts(page: Page) -> list[str]:
    return [block.text for block in page.blocks]


def only(data: bytes) -> Page:
    (page,) = slides.read(data)
    return page


def box(block: Block) -> tuple[float, ...]:
    assert isinstance(block.place, OnPage)
    return tuple(round(each, 1) for each in block.place.box)


def refused(read: Callable[[], object]) -> str:
    with pytest.raises(Unreadable) as caught:
        result = read()
        if isinstance(result, Iterator):
            list(result)
    return caught.value.reason


# --- order and places ---------------------------------------------------------------------------

# shapes with (left, top) in points, and the order in which they are read
ORDERS = [
    ("from top to bottom", {"二": (0, 200), "一": (0, 100)}, ["一", "二"]),
    ("side by side, though not exactly", {"右": (300, 100), "左": (10, 104)}, ["左", "右"]),
    ("a step that is more than a slip", {"下": (10, 130), "上": (300, 100)}, ["上", "下"]),
]


@pytest.mark.parametrize(("_why", "shown", "order"), ORDERS)
def test_shapes_are_read_as_they_stand(
    _why: str, shown: dict[str, tuple[int, int]], order: list[str]
) -> None:
    page = only(pptx("".join(sp(text, box=(*at, 50, 20)) for text, at in shown.items())))
    assert texts(page) == order


def test_a_title_is_first_and_a_heading_wherever_it_stands() -> None:
    body, title = sp("正文", box=(0, 0, 9, 9)), sp("标题", box=(0, 500, 9, 9), ph='type="title"')
    page = only(pptx(body + title))
    assert [(block.text, block.level) for block in page.blocks] == [("标题", 1), ("正文", 0)]


def test_a_slide_is_a_page_of_its_size_and_a_hidden_one_too() -> None:
    first, second = slides.read(
        pptx(sp("一", box=(10, 20, 30, 40)), made.sld(sp("二"), about='show="0"'))
    )
    assert (first.number, first.width, first.height) == (1, 720.0, 540.0)
    assert box(first.blocks[0]) == (10.0, 20.0, 40.0, 60.0)
    assert (second.number, texts(second)) == (2, ["二"])


def test_a_group_is_read_as_one_and_its_shapes_stand_where_it_puts_them() -> None:
    # the group is drawn at twice the size of its own units
    inner = (
        f'<a:chOff x="0" y="0"/><a:chExt cx="{100 * made.POINT}" cy="{100 * made.POINT}"/>'
    )
    group = (
        f"<p:grpSp><p:grpSpPr>{xfrm((100, 50, 200, 200), inner=inner)}</p:grpSpPr>"
        f"{sp('组内', box=(10, 10, 20, 20))}</p:grpSp>"
    )
    page = only(pptx(sp("后", box=(0, 300, 9, 9)) + group))
    assert texts(page) == ["组内", "后"]
    assert box(page.blocks[0]) == (120.0, 70.0, 160.0, 110.0)


def layouts(own: str = "", master: str = "") -> dict[str, str | bytes]:
    """A layout and a master with these shapes, for the first slide."""
    return {
        "ppt/slides/_rels/slide1.xml.rels": links(slideLayout="../slideLayouts/l.xml"),
        "ppt/slideLayouts/l.xml": made.sld(own, "sldLayout"),
        "ppt/slideLayouts/_rels/l.xml.rels": links(slideMaster="../slideMasters/m.xml"),
        "ppt/slideMasters/m.xml": made.sld(master, "sldMaster"),
        "ppt/slideMasters/_rels/m.xml.rels": links(theme="../theme/t.xml"),
    }


def test_a_shape_without_a_place_takes_its_layouts_or_masters() -> None:
    master = sp("样张", ph='type="body"', box=(5, 5, 5, 5))
    also = layouts(
        sp(ph='idx="7"', box=(1, 2, 3, 4)) + sp(ph='type="ctrTitle"'),
        sp(ph='type="title"', box=(50, 60, 70, 80)) + master,
    )
    slide = sp("甲", ph='idx="7"') + sp("乙", ph='type="ctrTitle"') + sp("丙", ph='idx="9"')
    page = only(pptx(slide, also=also))
    assert {block.text: box(block) for block in page.blocks} == {
        "甲": (1.0, 2.0, 4.0, 6.0), "乙": (50.0, 60.0, 120.0, 140.0), "丙": (5.0, 5.0, 10.0, 10.0),
    }  # fmt: skip


def test_what_a_layout_shows_of_its_own_stands_on_its_first_slide_alone() -> None:
    also = layouts(sp("某某县委宣传部", box=(0, 500, 9, 9)))
    also["ppt/slides/_rels/slide2.xml.rels"] = also["ppt/slides/_rels/slide1.xml.rels"]
    first, second = slides.read(pptx(sp("一", box=(0, 0, 9, 9)), sp("二"), also=also))
    assert (texts(first), texts(second)) == (["一", "某某县委宣传部"], ["二"])


# --- what stands on a slide ---------------------------------------------------------------------

SAID = [
    ("a line break",
     "<a:p><a:r><a:t>上</a:t></a:r><a:br/><a:r><a:t>下</a:t></a:r></a:p>", ["上\n下"]),
    ("today's date",
     '<a:p><a:fld type="datetime1"><a:t>2031年1月1日</a:t></a:fld></a:p>' + p("实"), ["实"]),
    ("the slide's number in a text",
     '<a:p><a:r><a:t>见第</a:t></a:r><a:fld type="slidenum"><a:t>3</a:t></a:fld></a:p>', ["见第3"]),
    ("blank paragraphs", p("", "  ", "三"), ["三"]),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "body", "said"), SAID)
def test_the_text_of_a_shape(_why: str, body: str, said: list[str]) -> None:
    assert texts(only(pptx(sp(body=body)))) == said


def test_a_strict_presentation_is_read_as_any_other() -> None:
    parts: dict[str, str | bytes] = dict(_parts(pptx(sp("严格", box=(1, 1, 9, 9)))))
    for name, content in parts.items():
        assert isinstance(content, bytes)
        for usual, strict in (
            (b"presentationml/2006/main", b"presentationml/main"),
            (b"drawingml/2006/", b"drawingml/"),
            (b"officeDocument/2006/relationships", b"officeDocument/relationships"),
        ):
            content = content.replace(
                b"http://schemas.openxmlformats.org/" + usual,
                b"http://purl.oclc.org/ooxml/" + strict,
            )
        parts[name] = content
    page = only(made.packed(parts))
    assert (texts(page), box(page.blocks[0])) == (["严格"], (1.0, 1.0, 10.0, 10.0))


def test_the_slides_number_is_no_text_and_what_stands_beside_it_is() -> None:
    page = only(pptx(sp("12", ph='type="sldNum"') + sp("第12页", ph='type="sldNum"')))
    assert texts(page) == ["第12页"]


def test_a_table_is_rows_and_merged_cells_stand_once() -> None:
    def tc(text: str, about: str = "") -> str:
        return f"<a:tc {about}><a:txBody>{p(text)}</a:txBody></a:tc>"

    high = 20 * made.POINT
    first = tc("单位", 'gridSpan="2"') + tc("旧", 'hMerge="1"') + tc("次数")
    second = tc("甲") + tc("乙") + tc("4")
    table = f'<a:tbl><a:tr h="{high}">{first}</a:tr><a:tr h="{high}">{second}</a:tr></a:tbl>'
    page = only(pptx(frame(table, (10, 100, 300, 80))))
    assert [block.cells for block in page.blocks] == [("单位", "", "次数"), ("甲", "乙", "4")]
    assert [block.kind for block in page.blocks] == ["row", "row"]
    # the rows fill the table's box, higher than they state
    assert [box(block) for block in page.blocks] == [
        (10.0, 100.0, 310.0, 140.0), (10.0, 140.0, 310.0, 180.0),
    ]  # fmt: skip


def test_a_chart_says_its_title_and_its_data() -> None:
    def points(name: str, *values: str) -> str:
        inner = "".join(f"<c:pt><c:v>{value}</c:v></c:pt>" for value in values)
        return f"<c:{name}><c:strCache>{inner}</c:strCache></c:{name}>"

    chart = (
        f"<c:chartSpace {made.NAMES}>"
        f"<c:title><c:tx><c:rich>{p('培训人次')}</c:rich></c:tx></c:title>"
        f"<c:ser>{points('tx', '县级')}{points('cat', '2022', '2023')}{points('val', '8', '9')}"
        "</c:ser></c:chartSpace>"
    )
    also: dict[str, str | bytes] = {
        "ppt/slides/_rels/slide1.xml.rels": links(chart_1="../charts/c.xml"),
        "ppt/charts/c.xml": chart,
    }
    page = only(pptx(frame('<c:chart r:id="chart_1"/>', (0, 0, 9, 9)), also=also))
    assert texts(page) == ["培训人次", "2022\t2023", "县级\t8\t9"]
    assert page.blocks[2].cells == ("县级", "8", "9")


def test_a_diagram_says_its_points() -> None:
    also: dict[str, str | bytes] = {
        "ppt/slides/_rels/slide1.xml.rels": links(diagramData="../diagrams/d.xml"),
        "ppt/diagrams/d.xml": f"<dgm:dataModel {made.NAMES}><dgm:pt><dgm:t>{p('第一步')}</dgm:t>"
        f"</dgm:pt><dgm:pt><dgm:t>{p('第二步')}</dgm:t></dgm:pt></dgm:dataModel>",
    }
    page = only(pptx(frame('<dgm:relIds r:dm="diagramData"/>', (0, 0, 9, 9)), also=also))
    assert texts(page) == ["第一步", "第二步"]


def test_notes_follow_their_slide_and_its_number_does_not() -> None:
    notes = sp("讲稿", ph='type="body"') + sp("7", ph='type="sldNum"')
    also: dict[str, str | bytes] = {
        "ppt/slides/_rels/slide1.xml.rels": links(notesSlide="../notesSlides/n.xml"),
        "ppt/notesSlides/n.xml": made.sld(notes, "notes"),
    }
    page = only(pptx(sp("正文", box=(9, 9, 9, 9)), also=also))
    assert texts(page) == ["正文", "讲稿"]
    assert box(page.blocks[1]) == (0.0, 0.0, 720.0, 540.0)


def test_of_two_forms_of_the_same_one_is_read() -> None:
    either = (
        f'<mc:AlternateContent><mc:Choice Requires="x">{sp("新")}</mc:Choice>'
        f"<mc:Fallback>{sp('旧')}</mc:Fallback></mc:AlternateContent>"
        f"<mc:AlternateContent><mc:Choice/><mc:Fallback>{sp('只有旧')}</mc:Fallback>"
        "</mc:AlternateContent>"
    )
    assert texts(only(pptx(either))) == ["新", "只有旧"]


@pytest.mark.parametrize(
    "kind",
    [
        "presentationml.slideshow.main",
        "presentationml.template.main",
        "ms-powerpoint.presentation.macroEnabled.main",
    ],
)
def test_shows_templates_and_those_with_macros_are_read_too(kind: str) -> None:
    data = pptx(sp("放映"), kind=kind)
    (page,) = kinds.read(data, "材料.bin")
    assert texts(page) == ["放映"]


# --- pictures -----------------------------------------------------------------------------------


def pictured(*shown: str, images: dict[str, bytes]) -> bytes:
    also: dict[str, str | bytes] = {f"ppt/media/{name}": data for name, data in images.items()}
    also["ppt/slides/_rels/slide1.xml.rels"] = links(
        **{f"image_{name.partition('.')[0]}": f"../media/{name}" for name in images}
    )
    return pptx("".join(shown), also=also)


PICTURED = [
    ("nothing but a picture", [pic("image_a", (0, 0, 20, 20))], "no_text_layer"),
    ("few letters and a large picture",
     [sp("荣誉证书"), pic("image_a", (0, 0, 200, 200))], "no_text_layer"),
    ("few letters and an ornament", [sp("目录"), pic("image_a", (0, 0, 20, 20))], None),
    ("much said beside a picture", [sp("字" * 60), pic("image_a", (0, 0, 200, 200))], None),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "shown", "unread"), PICTURED)
def test_a_slide_that_is_a_picture_says_so(
    _why: str, shown: list[str], unread: str | None
) -> None:
    page = only(pictured(*shown, images={"a.png": png((8, 8))}))
    assert page.unread == unread
    assert len(page.blocks) == len(shown) - 1


def test_the_pictures_of_a_slide_are_put_where_they_stand() -> None:
    data = pictured(
        pic("image_a", (72, 72, 72, 72)),
        pic("image_b", (360, 72, 144, 72), about='rot="5400000"'),
        images={"a.png": png((300, 300), "red"), "b.jpg": png((600, 300), "blue", "JPEG")},
    )
    shown = slides.picture(data, 1)
    # as fine as the finer one: 300 pixels an inch
    assert shown.size == (3000, 2250)
    assert shown.getpixel((450, 450)) == (255, 0, 0)
    assert shown.getpixel((10, 10)) == (255, 255, 255)
    red, _, blue = shown.getpixel((1800, 250))  # type: ignore[misc]
    assert blue > 200 > 50 > red  # above its own box: it was turned


def test_what_is_cut_off_a_picture_is_not_shown() -> None:
    whole = Image.new("RGB", (400, 100), "black")
    whole.paste((0, 255, 0), (200, 0, 400, 100))
    out = io.BytesIO()
    whole.save(out, "PNG")
    shape = pic("image_a", (0, 0, 720, 540), cut='l="50000"')
    data = pictured(shape, images={"a.png": out.getvalue()})
    shown = slides.picture(data, 1)
    assert shown.getpixel((shown.width // 10, shown.height // 2)) == (0, 255, 0)


def test_what_is_written_on_a_drawing_of_windows_is_read_from_it() -> None:
    drawing = made.emf(
        ("二行", (10, 60, 30, 70), 84), ("次数", (100, 10, 120, 20), 84),
        ("单", (10, 11, 20, 20), 84), ("位", (21, 11, 31, 20), 108), ("GBK", (40, 10, 50, 20), 83),
        ("\x03\x04", (0, 80, 9, 90), -84),
    )  # fmt: skip
    page = only(pictured(pic("image_a", (100, 0, 400, 200)), images={"a.emf": drawing}))
    assert texts(page) == ["单位 GBK\t次数", "二行"]
    assert box(page.blocks[1]) == (120.0, 120.0, 160.0, 140.0)
    assert page.unread is None


# pictures that are the only one of their slide: reason
NOT_SHOWN = [
    ("a drawing of Windows without text", made.emf(), "unsupported_format"),
    ("broken", b"\x89PNG\r\n\x1a\n" + bytes(50), "corrupt"),
    ("too many pixels", png((20_000, 6_000), 0, mode="1"), "limit_pixels"),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "image", "reason"), NOT_SHOWN)
def test_why_a_picture_is_not_shown(_why: str, image: bytes, reason: str) -> None:
    data = pictured(pic("image_a", (0, 0, 99, 99)), images={"a.png": image})
    assert refused(lambda: slides.picture(data, 1)) == reason


def test_a_picture_that_is_not_in_the_package_leaves_its_slide_unread() -> None:
    gone = {"ppt/slides/_rels/slide1.xml.rels": links(image_a="NULL")}
    page, _ = slides.read(pptx(pic("image_a", (0, 0, 99, 99)), sp("二"), also=gone))
    assert page.unread == "part_missing"


# --- refusals -----------------------------------------------------------------------------------


def test_a_slide_that_is_broken_or_gone_costs_itself_alone() -> None:
    data = pptx(sp("一"), "<p:sld broken", sp("三"))
    data = made.packed({
        name: content for name, content in _parts(data).items() if name != "ppt/slides/slide3.xml"
    })  # fmt: skip
    assert [(page.unread, texts(page)) for page in slides.read(data)] == [
        (None, ["一"]), ("corrupt", []), ("part_missing", []),
    ]  # fmt: skip


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_links_that_run_in_a_circle_end() -> None:
    also = layouts(sp("版式", box=(0, 0, 9, 9)))
    for name in ("slideLayouts/_rels/l", "slideMasters/_rels/m"):
        also[f"ppt/{name}.xml.rels"] = links(slideMaster="../slideLayouts/l.xml")
    page = only(pptx(sp("一", box=(0, 99, 9, 9)), also=also))
    assert texts(page) == ["版式", "版式", "一"]


def test_broken_links_cost_what_they_lead_to() -> None:
    first, second = slides.read(
        pptx(sp("一"), sp("二"), also={"ppt/slides/_rels/slide1.xml.rels": "<broken"})
    )
    assert [(page.unread, texts(page)) for page in (first, second)] == [
        ("corrupt", ["一"]), (None, ["二"]),
    ]  # fmt: skip


BOMB = (
    '<!DOCTYPE p:sld [<!ENTITY a "哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY f SYSTEM "file:///etc/hostname">]>'
)


def test_a_slide_with_a_doctype_is_refused_and_its_entities_stay_unread() -> None:
    hostile = BOMB + made.sld(sp("&b;&f;"))
    parts: dict[str, str | bytes] = dict(_parts(pptx(sp("一"), sp("二"))))
    parts["ppt/slides/slide2.xml"] = hostile
    assert [(page.unread, texts(page)) for page in slides.read(made.packed(parts))] == [
        (None, ["一"]), ("corrupt", []),
    ]  # fmt: skip


def test_too_many_slides_and_shapes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pptx(sp("一"), sp("二") * 3)
    monkeypatch.setattr(shapes, "MOST_SLIDES", 1)
    assert refused(lambda: slides.read(data)) == "limit_pages"
    monkeypatch.setattr(shapes, "MOST_SLIDES", 2)
    monkeypatch.setattr(shapes, "MOST_SHAPES", 3)
    assert refused(lambda: slides.read(data)) == "limit_objects"


def test_a_part_asked_for_again_and_again_is_counted_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chart = frame('<c:chart r:id="chart_1"/>', (0, 0, 9, 9))
    also: dict[str, str | bytes] = {
        "ppt/slides/_rels/slide1.xml.rels": links(chart_1="../charts/c.xml"),
        "ppt/charts/c.xml": f"<c:chartSpace {made.NAMES}>{' ' * 1000}</c:chartSpace>",
    }
    data = pptx(chart * 100, also=also)
    monkeypatch.setattr("pipeline.ingest.packed.opc.MOST_BYTES", 100_000)
    assert refused(lambda: slides.read(data)) == "limit_objects"


def test_groups_in_groups_are_read_to_a_depth() -> None:
    deep = "<p:grpSp>" * 40 + sp("深处") + "</p:grpSp>" * 40
    page, _ = slides.read(pptx(deep, sp("二")))
    assert (page.unread, page.blocks) == ("limit_depth", ())


REFUSED = [
    ("no presentation in it", made.packed({"a.txt": "x"}), "corrupt"),
    ("cut off", pptx(sp("一"))[:300], "corrupt"),
    ("slides that say and show nothing", pptx("", sp("  ")), "blank"),
    ("no slides", pptx(), "blank"),
]


@pytest.mark.parametrize(("_why", "data", "reason"), REFUSED)
def test_why_a_presentation_is_not_read(_why: str, data: bytes, reason: str) -> None:
    assert refused(lambda: slides.read(data)) == reason


# --- OpenDocument -------------------------------------------------------------------------------


def test_slides_of_opendocument() -> None:
    title = '<draw:frame presentation:class="title" svg:x="1in" svg:y="5in" svg:width="2in"' \
        ' svg:height="25.4mm"><draw:text-box><text:p>标题</text:p></draw:text-box></draw:frame>'
    body = '<draw:g><draw:custom-shape svg:x="0cm" svg:y="0cm"><text:list><text:list-item>' \
        '<text:p>一<text:s text:c="2"/>二<text:span>三</text:span><text:line-break/>四</text:p>' \
        "</text:list-item></text:list></draw:custom-shape></draw:g>"
    table = '<draw:frame><table:table><table:table-row><table:table-cell><text:p>甲</text:p>' \
        "</table:table-cell><table:covered-table-cell/><table:table-cell><text:p>乙</text:p>" \
        "</table:table-cell></table:table-row></table:table></draw:frame>"
    notes = "<presentation:notes><draw:frame><draw:text-box><text:p>讲稿</text:p></draw:text-box>" \
        "</draw:frame></presentation:notes>"
    data = made.odp(body + title + notes, table)
    assert kinds.sniff(data, "材料") == "odp"
    first, second = odp.read(data)
    assert (round(first.width), round(first.height)) == (720, 540)
    assert texts(first) == ["标题", "一  二三\n四", "讲稿"]
    assert first.blocks[0].level == 1 and box(first.blocks[0]) == (72.0, 360.0, 216.0, 432.0)
    assert second.blocks[0].cells == ("甲", "", "乙")


def test_pictures_of_opendocument() -> None:
    image = '<draw:frame svg:x="1in" svg:y="1in" svg:width="1in" svg:height="1in">' \
        '<draw:image xlink:href="Pictures/a.png"/></draw:frame>'
    data = made.odp(image, also={"Pictures/a.png": png((150, 150))})
    (page,) = odp.read(data)
    assert page.unread == "no_text_layer"
    assert odp.picture(data, 1).getpixel((200, 200)) == (0, 0, 0)


ODP_REFUSED = [
    ("encrypted", {"META-INF/manifest.xml": "<m><encryption-data/></m>"}, "encrypted"),
    ("entities", {"content.xml": BOMB + "<a>&b;</a>"}, "corrupt"),
    ("no slides", {"content.xml": "<a/>"}, "corrupt"),
]


@pytest.mark.parametrize(("_why", "also", "reason"), ODP_REFUSED)
def test_why_a_presentation_of_opendocument_is_not_read(
    _why: str, also: dict[str, str | bytes], reason: str
) -> None:
    parts: dict[str, str | bytes] = dict(_parts(made.odp("")))
    assert refused(lambda: odp.read(made.packed(parts | also))) == reason


# --- PowerPoint 97 ------------------------------------------------------------------------------


def test_slides_of_powerpoint_97() -> None:
    outline = made.text97("工作汇报", 0)
    title = made.shape97((100, 300, 200, 320), made.atom(0xF9E, bytes(4)))
    box_ = made.shape97((100, 50, 200, 80), made.text97("第一段\r第二段\v换行\r*"))
    notes = made.slide97(made.shape97((0, 0, 9, 9), made.text97("讲稿", 2)), root=0x3F0)
    (page,) = powerpoint97.read(
        made.ppt(made.slide97(box_, title, notes=1), outlines=[outline], notes=[notes])
    )
    assert (page.width, page.height, page.unread) == (720.0, 540.0, None)
    assert texts(page) == ["工作汇报", "第一段", "第二段\n换行", "讲稿"]
    assert page.blocks[0].level == 1
    assert box(page.blocks[1]) == (100.0, 50.0, 200.0, 80.0)


def test_the_rows_of_a_table_of_powerpoint_97() -> None:
    cells = [
        made.shape97(place, made.text97(text), child=True)
        for text, place in (
            ("单位", (0, 0, 50, 10)), ("次数", (50, 0, 100, 10)),
            ("甲", (0, 10, 50, 20)), ("4", (50, 10, 100, 20)),
        )
    ]  # fmt: skip
    table = made.atom(0xF122, b"\x9f\x03" + bytes(4), 1)
    own = made.record(
        0xF004,
        made.atom(0xF009, b"".join(n.to_bytes(4, "little") for n in (0, 0, 100, 20))),
        made.atom(0xF010, b"".join(n.to_bytes(2, "little") for n in (800, 800, 1600, 960))),
        table,
    )
    (page,) = powerpoint97.read(made.ppt(made.slide97(made.record(0xF003, own, *cells))))
    assert [block.cells for block in page.blocks] == [("单位", "次数"), ("甲", "4")]
    assert box(page.blocks[1]) == (100.0, 110.0, 200.0, 120.0)


def test_a_slide_of_powerpoint_97_that_is_a_picture() -> None:
    page, _ = powerpoint97.read(made.ppt(
        made.slide97(made.shape97((0, 0, 700, 500), kind=75)),
        made.slide97(made.shape97((0, 0, 9, 9), made.text97("二"))),
    ))  # fmt: skip
    assert page.unread == "no_text_layer"


def test_texts_without_a_directory_are_read_in_the_order_of_the_stream() -> None:
    slide = made.slide97(made.shape97((0, 0, 9, 9), made.text97("残留的文字")))
    (page,) = powerpoint97.read(made.ppt(slide, edit=1))
    assert (texts(page), page.unread) == (["残留的文字"], "corrupt")


PPT_REFUSED = [
    ("encrypted", made.ppt(made.slide97(), token=0xF3D1C4DF), "encrypted"),
    ("nothing on it", made.ppt(made.slide97()), "blank"),
    ("no directory and no texts", made.ppt(made.slide97(), edit=1), "corrupt"),
    ("cut off", made.ppt(made.slide97())[:700], "corrupt"),
    ("groups without end",
     made.ppt(b"".join(made.record(0x3EE, bytes(8)) for _ in range(2)), edit=1), "corrupt"),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "data", "reason"), PPT_REFUSED)
def test_why_a_presentation_of_powerpoint_97_is_not_read(
    _why: str, data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "available", lambda: None)
    assert refused(lambda: ppt.read(data)) == reason


def test_without_libreoffice_our_own_reading_stands_and_pictures_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(office, "available", lambda: None)
    data = made.ppt(made.slide97(made.shape97((0, 0, 9, 9), made.text97("自己读"))))
    (page,) = kinds.read(data, "旧.ppt")
    assert texts(page) == ["自己读"]
    assert refused(lambda: ppt.picture(data, 1)) == "program_missing"


# what LibreOffice gives of a slide that says "自己读到的" ten times: which of the two stands
@pytest.mark.parametrize(("converted", "stands"), [("转换", "自己"), ("转换得到的" * 12, "转换")])
def test_the_fuller_reading_stands(
    converted: str, stands: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "convert", lambda *_: pptx(sp(converted)))
    shape = made.shape97((0, 0, 9, 9), made.text97("自己读到的" * 10))
    (page,) = ppt.read(made.ppt(made.slide97(shape)))
    assert texts(page)[0].startswith(stands)


# --- real files ---------------------------------------------------------------------------------

# file, slide, what stands on it
STANDS = [
    ("real_zh/pptx/LangchainChatc__ocr_test.pptx", 1, "我是表格3\t我是表格4"),
    ("real_zh/pptx/MinerU__pptx_01.pptx", 2, "Some notes on the second slide."),
    ("real_zh/pptx/MinerU__pptx_01.pptx", 5, "系列 1\t4.3\t2.5\t3.5\t4.5"),
    ("real_zh/pptx/ainetwork__运输层习题.pptx", 3, "第一个报文段携带了多少个字节的数据？"),
    # written on a drawing of Windows, the slide's only content
    ("real_zh/pptx/ainetwork__运输层习题.pptx", 5,
     "（1）试画出如图5-25所示的拥塞窗口与传输轮次的关系曲线。"),
    ("real_zh/pptx/test__test2.pptx", 2, "谢谢！"),
    ("hostile/office/poi__badzip.ppt", 1, "Test PPt"),
    ("hostile/office/poi__57272_corrupted_usereditatom.ppt", 2, "OCCHIALI"),
    ("hostile/office/tika__testPPT_skipBadCompressedObject.ppt", 14, "Conclusions"),
]


@pytest.mark.parametrize(("name", "number", "phrase"), STANDS)
def test_on_this_slide_stands(
    real_files: Path, name: str, number: int, phrase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the same with and without it, and a second sooner
    monkeypatch.setattr(office, "available", lambda: None)
    place = real_files / name
    pages = {page.number: page for page in kinds.read(place.read_bytes(), place.name)}
    assert phrase in texts(pages[number])


# file, slide: why not all of it is read
GAPS = [
    # its picture has text, and is recognised
    ("real_zh/pptx/LangchainChatc__ocr_test.pptx", 1, "no_text_layer"),
    # the package names a part "NULL"
    ("real_zh/pptx/test__test2.pptx", 1, "part_missing"),
]


@pytest.mark.parametrize(("name", "number", "reason"), GAPS)
def test_what_of_this_slide_is_not_read(
    real_files: Path, name: str, number: int, reason: str
) -> None:
    pages = {page.number: page for page in slides.read((real_files / name).read_bytes())}
    assert pages[number].unread == reason


REAL_REFUSED = [
    ("real_zh/ppt/JumpFlow__file003.ppt", "blank"),
    ("hostile/office/msoffcryptotoo__rc4cryptoapi_password.ppt", "encrypted"),
]


@pytest.mark.parametrize(("name", "reason"), REAL_REFUSED)
def test_why_this_presentation_is_not_read(real_files: Path, name: str, reason: str) -> None:
    assert refused(lambda: ppt.read((real_files / name).read_bytes())) == reason


@pytest.mark.skipif(office.available() is None, reason="LibreOffice is not installed")
def test_libreoffice_says_what_a_footer_says(real_files: Path) -> None:
    name = "poi__clusterfuzz-testcase-minimized-POIHSLFFuzzer-4630915954114560.ppt"
    _, second = ppt.read((real_files / "hostile/office" / name).read_bytes())
    assert "per-slide footer" in texts(second)
