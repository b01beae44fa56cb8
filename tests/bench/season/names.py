"""Units that do not exist, in places that do not exist: names composed of rare syllables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = ("市直单位", "县直单位", "乡镇", "学校", "医院")
SHARES = (15, 30, 35, 14, 6)
FIRST = "砚岑棠檀榛椿楸栎槿荞蓼茯崦漉澹濯沚"
SECOND = "渚陂畈坞塬硐堰埠汊埂垴墉"
SIDE = "上下大小前后新老东西南北"
CITY = "砚渚市"
DEPARTMENTS = (
    "发展和改革局", "教育体育局", "科学技术局", "工业和信息化局", "民政局", "司法局", "财政局",
    "人力资源和社会保障局", "自然资源局", "生态环境局", "住房和城乡建设局", "交通运输局", "水利局",
    "农业农村局", "商务局", "文化和旅游局", "卫生健康局", "退役军人事务局", "应急管理局", "审计局",
    "市场监督管理局", "统计局", "医疗保障局", "乡村振兴局", "林业和草原局", "城市管理局", "信访局",
    "行政审批局", "档案馆", "总工会", "妇女联合会", "残疾人联合会", "科学技术协会", "工商业联合会",
    "红十字会", "气象局", "烟草专卖局", "邮政管理局", "供销合作社联合社", "机关事务服务中心",
    "融媒体中心", "公路养护中心", "疾病预防控制中心", "住房公积金管理中心", "公共资源交易中心",
)
SCHOOLS = ("第{}中学", "第{}小学", "第{}幼儿园", "职业高级中学第{}分校")
HOSPITALS = ("第{}人民医院", "中医医院第{}分院", "妇幼保健院第{}分院")
NUMBERS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Named:
    """A unit: its name, its kind, the county it lies in ("" of the city's own), its place's name
    as papers say it."""

    name: str
    kind: str
    county: str
    place: str


def units(count: int, seed: int) -> list[Named]:
    """So many units, no two of one name; fifty are the beginning of two hundred."""
    rng = random.Random(f"{seed}/units")
    found: dict[str, Named] = {}
    counties = list(_counties(seed))
    while len(found) < count:
        county = counties[rng.randrange(min(len(counties), 3 + len(found) // 25))]
        one = _one(rng, rng.choices(KINDS, SHARES)[0], county)
        found.setdefault(one.name, one)
    return list(found.values())


def _counties(seed: int) -> Iterator[str]:
    rng = random.Random(f"{seed}/counties")
    pairs = [first + second for first in FIRST for second in SECOND
             if first + second not in CITY]
    rng.shuffle(pairs)
    return (pair + rng.choice("县县县区") for pair in pairs)


def _one(rng: random.Random, kind: str, county: str) -> Named:
    match kind:
        case "市直单位":
            return Named(CITY + rng.choice(DEPARTMENTS), kind, "", CITY)
        case "县直单位":
            return Named(county + rng.choice(DEPARTMENTS), kind, county, county)
        case "乡镇":
            town = (rng.choice(SIDE) + rng.choice(FIRST) + rng.choice(SECOND)
                    + rng.choice(("乡", "镇", "镇", "街道")))
            office = "办事处" if town.endswith("街道") else "人民政府"
            return Named(county + town + office, kind, county, town)
        case _:
            form = rng.choice(SCHOOLS if kind == "学校" else HOSPITALS)
            return Named(county + form.format(rng.choice(NUMBERS)), kind, county, county)
