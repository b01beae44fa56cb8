"""Papers in other scripts are named as such; codes, names and formulas are no other language."""

from __future__ import annotations

import pytest

from pipeline.describe import unsupported
from pipeline.evidence import OnLine, Passage

TIBETAN = "བོད་ཡིག་གི་ཡིག་ཆ་འདི་ནི་མི་རིགས་མཐུན་སྒྲིལ་སྐོར་ཡིན།"
MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠦᠨᠳᠦᠰᠦᠲᠡᠨ ᠦ ᠡᠪ ᠨᠢᠭᠡᠳᠦᠯ"
UYGHUR = "مىللەتلەر ئىتتىپاقلىقى خىزمىتىنىڭ يىللىق خۇلاسىسى"
KOREAN = "민족단결진보 창건사업 년도 총화보고서입니다"
YI = "ꆈꌠꁱꂷꌋꆀꉬꇯꊿꋅꃅꐥ"
ENGLISH = "The annual summary of the work on unity among all ethnic groups in the county. " * 4
CHINESE = "5月18日，局党组理论学习中心组专题学习了民族工作的重要论述。"


def passages(*texts: str) -> list[Passage]:
    return [Passage(f"{n:016x}", text, (OnLine(n + 1),)) for n, text in enumerate(texts)]


@pytest.mark.parametrize("text", [TIBETAN, MONGOLIAN, UYGHUR, KOREAN, YI, ENGLISH])
def test_another_script_is_told(text: str) -> None:
    assert unsupported(passages(text)) == (0,)


@pytest.mark.parametrize("text", [TIBETAN, MONGOLIAN, UYGHUR, KOREAN, YI])
def test_in_a_paper_of_two_languages_the_other_one_is_told(text: str) -> None:
    assert unsupported(passages(CHINESE, text, CHINESE)) == (1,)


@pytest.mark.parametrize("text", [
    CHINESE, "", "2024-03-01 | 12 | 3.5 | √", "https://example.invalid/a/b/c?d=e", "α=0.05，β=0.1",
    "联系邮箱：office@example.invalid", "LED 屏、APP、WeChat 群、PPT 课件共 12 次", "Ⅰ、Ⅱ、Ⅲ ①②③",
    "\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009", "한글 노래",
])
def test_codes_names_and_signs_are_no_other_language(text: str) -> None:
    assert unsupported(passages(text)) == ()


def test_an_english_quotation_does_not_make_an_english_paper() -> None:
    assert unsupported(passages(CHINESE * 10, ENGLISH)) == ()
