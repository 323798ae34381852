"""姓名: rare characters and the middle dot are kept (GB 18030-2022; R-519), what cannot be a name is refused."""

import re
import unicodedata

MIDDLE_DOT = "·"  # U+00B7, the one form that is stored
_DOTS = str.maketrans(dict.fromkeys("•‧．・∙⋅﹒᛫", MIDDLE_DOT))

# 汉字 by block, not by the character database: Python 3.11 does not know the newest extensions.
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fffd\U00030000-\U0003fffd"
_CHINESE = re.compile(f"[{_HAN}]+(?:{MIDDLE_DOT}[{_HAN}]+)*")
_LATIN_LETTER = r"A-Za-zÀ-ÖØ-öø-ɏ"
_LATIN = re.compile(rf"[{_HAN}{_LATIN_LETTER}]+(?:[ {MIDDLE_DOT}.'-]+[{_HAN}{_LATIN_LETTER}]+)*\.?")
_ANY_LATIN = re.compile(f"[{_LATIN_LETTER}]")

SHORTEST, LONGEST = 2, 50


def normalise_name(text: str) -> str:
    """One form of the middle dot; blanks go, except single ones between Latin words. Characters are never replaced."""
    dotted = text.translate(_DOTS).replace("\u2019", "'")
    if _ANY_LATIN.search(dotted):
        return " ".join(dotted.split())
    return "".join(dotted.split())


def check_name(text: str, *, latin: bool = True) -> str | None:
    """What is wrong with a name as typed, or None. `latin` False: the document has names in 汉字 only.

    A field does not know the document beside it, so it lets Latin names pass; the form that knows both asks again.
    """
    text = normalise_name(text)
    if not SHORTEST <= len(text) <= LONGEST:
        return f"姓名应当有{SHORTEST}到{LONGEST}个字，请对照证件填写。"
    strange = _strange(text)
    if strange:
        return strange
    foreign = _ANY_LATIN.search(text) is not None
    if foreign and not latin:
        return "姓名请用汉字填写，与身份证一致。"
    if not (_LATIN if foreign else _CHINESE).fullmatch(text):
        return "姓名里只能有汉字和间隔号“·”（外国人可以用字母），间隔号要写在两个字中间。"
    return None


def _strange(text: str) -> str | None:
    kinds = {unicodedata.category(character) for character in text}
    if "Nd" in kinds:
        return "姓名里不能有数字，请对照证件填写。"
    if "Co" in kinds:
        return "这个字是旧字库里的自造字，别的电脑显示不了。请联系工作人员换成标准字。"
    if kinds & {"Cc", "Cf", "Cs", "So", "Sk", "Mn", "Me"}:
        return "姓名里有表情或看不见的字符，请删掉后重新填写。"
    return None
