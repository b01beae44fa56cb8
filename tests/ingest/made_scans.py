"""Scans of our own for the tests: papers of known text drawn at 200 dpi, then turned, soiled,
photographed and sealed. A `Made` knows what stands on it."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
DPI = 200
WIDE, HIGH = 1654, 2339
"""A4 in pixels."""
RED = (214, 38, 34)
Pixels = NDArray[np.uint8]

TITLES = (
    "关于开展基层治理年度自查工作的通知", "中心小学安全工作领导小组会议纪要",
    "社区志愿服务活动情况报告", "二〇二四年度党建工作总结", "河湖长制巡查整改落实情况的报告",
)
ISSUERS = ("清河县民政局", "东岭镇人民政府", "安和社区居民委员会", "清河县教育局办公室",
           "东岭镇综合治理中心")  # fmt: skip
BODY = (
    "各村（社区）、各有关单位：",
    "为进一步提升基层治理水平，根据县委、县政府统一部署，现将2024年度自查工作有关事项通知如下，请"
    "认真贯彻执行。",
    "一、总体要求",
    "坚持问题导向与目标导向相统一，围绕组织领导、制度建设、经费保障、宣传培训四个方面，全面梳理本年度"
    "工作开展情况，共排查隐患37处，已整改35处，整改率达94.6%，其余2处明确了责任人和完成时限。",
    "二、主要做法",
    "（一）健全工作机制。成立以主要负责同志为组长的领导小组，下设办公室，定期召开联席会议，先后印发"
    "《志愿服务管理办法》《经费使用规定》等制度6项，做到事事有人管、件件有着落。",
    "（二）强化宣传教育。利用广播、公众号、宣传栏等载体广泛宣传，累计发放资料3200余份，举办专题讲座"
    "12场，参与群众1860人次，营造了良好的社会氛围。",
    "（三）落实经费保障。全年投入专项资金48.5万元，其中设施维护21.3万元、人员培训9.8万元、物资采购"
    "17.4万元，做到专款专用、账目清楚。",
    "三、下一步打算",
    "继续巩固工作成果，建立健全长效机制，加强督促检查，对工作不力、弄虚作假的予以通报批评，确保各项任务"
    "落到实处、取得实效。",
    "请各单位于12月20日前将自查报告报送至镇综合治理中心，联系电话：0877-6123458。",
)
MORE = (
    "会议传达学习了上级有关文件精神，听取了各成员单位半年来工作情况的汇报，分析了当前存在的困难和问题。",
    "会议指出，校园周边交通秩序、食品安全、防溺水教育仍是薄弱环节，要逐项建立台账，明确措施，限期销号。",
    "会议强调，要压实工作责任，细化任务分工，把各项措施落实到岗、到人、到具体环节，做到有部署有检查。",
    "会议决定，每月第一周组织一次联合巡查，发现问题当场登记、当日反馈、三日内整改完毕并报办公室备案。",
    "全体干部职工要牢固树立服务意识，深入村组走访农户，倾听群众呼声，把矛盾纠纷化解在基层、解决在萌芽。",
    "截至6月底，共走访农户512户，收集意见建议86条，办结81条，群众满意度达到98.2%，较去年提高3.1个百分点。",
)
ROWS = (
    ("序号", "活动名称", "时间", "参加人数", "责任部门"),
    ("1", "防溺水主题班会", "2024年5月18日", "426", "德育处"),
    ("2", "消防疏散演练", "2024年6月3日", "451", "总务处"),
    ("3", "食品安全检查", "2024年9月12日", "18", "膳食委员会"),
    ("4", "法治进校园讲座", "2024年10月25日", "398", "政教处"),
    ("5", "家长开放日", "2024年11月7日", "530", "教务处"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """A picture and the text that stands on it, in reading order."""

    picture: Image.Image
    text: str
    date: str = ""


@cache
def font(size: int, face: str = "NotoSerifCJK-Regular") -> ImageFont.FreeTypeFont:
    """A Noto face for Chinese; `size` in pixels."""
    return ImageFont.truetype(str(FONTS / f"{face}.ttc"), size, index=2)


def dated(number: int) -> str:
    """The n-th made date."""
    return f"{2021 + number % 4}年{number * 5 % 12 + 1}月{number * 7 % 28 + 1}日"


def paper(number: int = 0, *, signed: bool = True, seal: bool = False, most: int = 99) -> Made:
    """The n-th page of official text: title, paragraphs of 16 points, issuer and date."""
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    big, body = font(61, "NotoSansCJK-Bold"), font(44 if number % 2 else 40)
    said: list[str] = []
    title = TITLES[number % len(TITLES)]
    draw.text(((WIDE - big.getlength(title)) / 2, 200), title, "black", big)
    said.append(title)
    own = [*BODY[:2], *(MORE[(number + at) % len(MORE)] for at in range(number % 4)), *BODY[2:]]
    top = 340
    for paragraph in own[:most]:
        for line in wrapped(paragraph, body, WIDE - 440, indent=paragraph is not own[0]):
            if top > HIGH - 560:
                break
            x = 220 + (2 * body.size if line.startswith("\t") else 0)
            draw.text((x, top), line.strip("\t"), "black", body)
            said.append(line.strip("\t"))
            top += int(body.size * 1.75)
    date = ""
    if signed:
        issuer, date = ISSUERS[number % len(ISSUERS)], dated(number)
        top += 110
        middle = WIDE - 480
        for text in (issuer, date):
            draw.text((middle - body.getlength(text) / 2, top), text, "black", body)
            said.append(text)
            top += int(body.size * 1.75)
        if seal:
            sealed(image, issuer, (middle + number % 3 * 15, top - 90 - number % 4 * 12), number)
    return Made(image, "\n".join(said), date)


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: int, indent: bool) -> list[str]:
    """The lines of a paragraph; an indented one begins with a tab."""
    lines: list[str] = []
    line, room = "", width - (2 * face.size if indent else 0)
    for letter in text:
        if face.getlength(line + letter) > room and letter not in "，。、；：！？）》%":
            lines.append(line)
            line, room = "", width
        line += letter
    lines.append(line)
    return ["\t" + lines[0], *lines[1:]] if indent else lines


def sealed(image: Image.Image, name: str, middle: tuple[float, float], number: int = 0) -> None:
    """Press a round seal of 42 mm on the picture, as ink does: what is black stays black."""
    side, across = 420, 330
    mark = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mark)
    centre, radius = side / 2, across / 2
    draw.ellipse((centre - radius, centre - radius, centre + radius, centre + radius),
                 outline=255, width=9)  # fmt: skip
    star = [(centre + r * math.sin(at * math.pi / 5), centre - r * math.cos(at * math.pi / 5))
            for at, r in enumerate((52, 20) * 5)]  # fmt: skip
    draw.polygon(star, fill=255)
    face = font(46, "NotoSerifCJK-Bold")
    spread = math.radians(min(300, 30 * len(name)))
    for at, letter in enumerate(name):
        turn = -spread / 2 + spread * at / max(len(name) - 1, 1)
        tile = Image.new("L", (64, 64), 0)
        ImageDraw.Draw(tile).text((32, 32), letter, 255, face, anchor="mm")
        tile = tile.rotate(-math.degrees(turn), Image.Resampling.BICUBIC)
        x, y = centre + 125 * math.sin(turn) - 32, centre - 125 * math.cos(turn) - 32
        mark.paste(255, (round(x), round(y)), tile)
    rng = np.random.default_rng(number)
    ink = np.asarray(mark.rotate(number * 11 % 40 - 20, Image.Resampling.BICUBIC)) / 255.0
    # ink is uneven: blotches where the paper shows through
    blotch = cv2.resize(rng.random((24, 24)), (side, side), interpolation=cv2.INTER_CUBIC)
    ink = ink * np.clip(0.72 + 0.5 * (blotch - 0.3), 0.45, 0.95)
    x, y = round(middle[0] - side / 2), round(middle[1] - side / 2)
    y, x = min(y, image.height - side), min(x, image.width - side)
    box = (x, y, x + side, y + side)
    under = np.asarray(image.crop(box)).astype(float)
    over = under * (1 - ink[..., None] * (1 - np.array(RED) / 255.0))
    image.paste(Image.fromarray(over.astype(np.uint8)), box)


def columns(number: int = 0) -> Made:
    """A page in two columns below a title."""
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    big, body = font(61, "NotoSansCJK-Bold"), font(33)
    title = TITLES[number % len(TITLES)]
    draw.text(((WIDE - big.getlength(title)) / 2, 200), title, "black", big)
    said = [title]
    text = [*MORE[number % 3 :], *BODY[2:]]
    half = len(text) // 2
    for left, part in ((180, text[:half]), (880, text[half:])):
        top = 360
        for paragraph in part:
            for line in wrapped(paragraph, body, 590, indent=True):
                x = left + (2 * body.size if line.startswith("\t") else 0)
                draw.text((x, top), line.strip("\t"), "black", body)
                said.append(line.strip("\t"))
                top += 56
    return Made(image, "\n".join(said))


def table(number: int = 0, merged: bool = True) -> Made:
    """A ruled table between two lines of text; its first row is one cell."""
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    body = font(38)
    said = ["附件1"]
    draw.text((180, 220), said[0], "black", body)
    xs, top, high = (180, 290, 640, 990, 1190, 1474), 320, 90
    rows = ROWS[:1] + ROWS[1 + number % 2 :]
    if merged:
        head = f"{2021 + number % 4}年度安全教育活动台账"
        draw.rectangle((xs[0], top, xs[-1], top + high), outline="black", width=3)
        draw.text(((xs[0] + xs[-1]) / 2, top + high / 2), head, "black", body, anchor="mm")
        said.append(head)
        top += high
    for row in rows:
        for column, text in enumerate(row):
            box = (xs[column], top, xs[column + 1], top + high)
            draw.rectangle(box, outline="black", width=3)
            draw.text(((box[0] + box[2]) / 2, top + high / 2), text, "black", body, anchor="mm")
        said.append("\t".join(row))
        top += high
    last = "填表说明：本表由各处室据实填写，每学期末报送一次。"
    draw.text((180, top + 60), last, "black", body)
    return Made(image, "\n".join([*said, last]))


# --- what happens to paper ----------------------------------------------------------------------


def turned(made: Made, degrees: float) -> Made:
    """Lain askew on the scanner's glass; anticlockwise."""
    picture = made.picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(252, 252, 252))
    return Made(picture, made.text, made.date)


def noisy(made: Made, number: int = 0) -> Made:
    """A poor scanner: blur, grain, specks, grey paper, a strong JPEG."""
    rng = np.random.default_rng(number)
    soft = made.picture.filter(ImageFilter.GaussianBlur(1.1))
    pixels = np.asarray(soft).astype(float) * 0.86 + 22
    pixels += rng.normal(0, 14, pixels.shape[:2])[..., None]
    specks = rng.random(pixels.shape[:2]) < 0.0008
    pixels[specks] = 60
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return Made(Image.open(io.BytesIO(jpeg(picture, 45))).convert("RGB"), made.text, made.date)


def photo(made: Made, number: int = 0) -> Made:
    """A phone's photo: the sheet on a table, seen askew, in uneven light, a little out of focus."""
    rng = np.random.default_rng(number)
    wide, high = 2400, 3200
    sheet = np.asarray(made.picture)
    corners = np.array([[330, 300], [2080, 260], [2190, 2830], [210, 2880]], np.float32)
    corners += rng.uniform(-110, 110, (4, 2)).astype(np.float32)
    source = np.array([[0, 0], [WIDE, 0], [WIDE, HIGH], [0, HIGH]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    grain = cv2.resize(rng.integers(0, 40, (40, 30), dtype=np.uint8), (wide, high),
                       interpolation=cv2.INTER_CUBIC)  # fmt: skip
    table = np.stack([grain + 92, grain + 66, grain + 44], axis=-1).astype(np.float32)
    whole = np.ones((HIGH, WIDE), np.float32)
    inside = cv2.warpPerspective(whole, matrix, (wide, high))[..., None]
    shown = cv2.warpPerspective(sheet, matrix, (wide, high), flags=cv2.INTER_AREA)
    pixels = table * (1 - inside) + shown.astype(np.float32) * inside
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    turn = rng.uniform(0, 2 * math.pi)
    x_way, y_way = math.cos(turn), math.sin(turn)
    slope: NDArray[np.float32] = (x / wide - 0.5) * x_way + (y / high - 0.5) * y_way
    shade = 0.80 + 0.28 * slope
    edge = rng.uniform(0.3, 0.7) * wide
    shade -= 0.22 / (1 + np.exp(-(x + 0.4 * y - edge - 0.3 * high) / 90))
    pixels *= shade[..., None] * np.array([1.0, 0.97, 0.90], np.float32)
    noise = rng.standard_normal((high, wide), np.float32)[..., None]
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.2) + 5 * noise
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return Made(Image.open(io.BytesIO(jpeg(picture, 70))).convert("RGB"), made.text, made.date)


def copied(made: Made) -> Made:
    """A photocopy in black and white: the seal lies on letters as grey as itself."""
    grey = np.asarray(made.picture.convert("L")).astype(float)
    hard = np.clip((grey - 70) * 1.5, 0, 255).astype(np.uint8)
    picture = Image.fromarray(hard).filter(ImageFilter.GaussianBlur(0.7)).convert("RGB")
    return Made(picture, made.text, made.date)


def quarter(made: Made, turns: int) -> Made:
    """The page laid on its side: `turns` quarter turns anticlockwise."""
    return Made(made.picture.rotate(90 * turns, expand=True), made.text, made.date)


def jpeg(picture: Image.Image, quality: int = 85, **more: object) -> bytes:
    """The picture as a JPEG file."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


# --- how far a reading is off -------------------------------------------------------------------


def error_rate(read: str, said: str) -> float:
    """Levenshtein distance over the length of what is said, white space apart."""
    a, b = "".join(read.split()), "".join(said.split())
    signs = np.array([ord(letter) for letter in b], np.int64)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for number, letter in enumerate(a, 1):
        best = np.minimum(row[:-1] + (signs != ord(letter)), row[1:] + 1)
        # an insertion costs one step to the right: a running minimum once the slope is taken off
        row = np.minimum.accumulate(np.concatenate([[number], best]) - steps) + steps
    return float(row[-1]) / max(len(b), 1)
