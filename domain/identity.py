"""有效身份证件 (规程第六十七条; R-038, R-039): form, check digit, birth and sex, age on a day, masks.

Resident numbers follow GB 11643: 6 digits of place, 8 of birth, 3 of order (the last one odd for men), 1 check digit.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"

# 省级行政区划 (GB/T 2260); 83 stands for Taiwan on residence permits only.
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1))
PERMIT_PLACES = frozenset({"810000", "820000", "830000"})

_DIGITS = re.compile(r"\d{17}[\dX]", re.ASCII)
_PERMANENT_2017 = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)
_OTHER = re.compile(r"[A-Z0-9()/-]{4,32}", re.ASCII)
_PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_SEPARATORS = re.compile(r"[\s·-]+")
# Full-width forms (U+FF01…U+FF5E) as a Chinese keyboard types them.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


class IdType(StrEnum):
    """证件类型. The value is what the database stores."""

    RESIDENT_ID_CARD = "resident_id_card"
    SOCIAL_SECURITY_CARD = "social_security_card"
    RESIDENCE_PERMIT = "residence_permit"
    PERMANENT_RESIDENCE = "permanent_residence"
    FOREIGN_PASSPORT = "foreign_passport"
    OTHER = "other"


ID_TYPE_TITLES: dict[IdType, str] = {
    IdType.RESIDENT_ID_CARD: "居民身份证",
    IdType.SOCIAL_SECURITY_CARD: "社会保障卡",
    IdType.RESIDENCE_PERMIT: "港澳台居民居住证",
    IdType.PERMANENT_RESIDENCE: "外国人永久居留身份证",
    IdType.FOREIGN_PASSPORT: "外国人护照",
    IdType.OTHER: "其他有效身份证件",
}

ID_TYPE_CHOICES: tuple[tuple[str, str], ...] = tuple((kind.value, title) for kind, title in ID_TYPE_TITLES.items())

# Documents whose holder may be registered under a name in Latin letters.
LATIN_NAMES: frozenset[str] = frozenset({IdType.PERMANENT_RESIDENCE, IdType.FOREIGN_PASSPORT, IdType.OTHER})

# LD/T 92 AAC058 for exchange with other systems. Unconfirmed from memory; empty where places differ.
EXCHANGE_CODES: dict[IdType, str] = {
    IdType.RESIDENT_ID_CARD: "01",
    IdType.SOCIAL_SECURITY_CARD: "",
    IdType.RESIDENCE_PERMIT: "",
    IdType.PERMANENT_RESIDENCE: "07",
    IdType.FOREIGN_PASSPORT: "08",
    IdType.OTHER: "",
}


def normalise(kind: str, text: str) -> str:
    """Upper case, half width, without blanks; hyphens and dots stay only in documents of kind `other`."""
    narrow = text.translate(_NARROW).upper()
    return "".join(narrow.split()) if kind == IdType.OTHER else _SEPARATORS.sub("", narrow)


def check(kind: str, text: str) -> str | None:
    """What is wrong with a number as typed, in words for the person who typed it; None when nothing is.

    Blanks, full-width digits and a small x are no mistake: `normalise` takes them away.
    """
    checker = _CHECKS.get(kind)
    return checker(normalise(kind, text)) if checker else "请选择证件类型。"


def _check_resident(text: str) -> str | None:
    if len(text) == 15 and text.isascii() and text.isdigit():
        return "这是15位的旧号码，请输入第二代身份证上的18位号码。"
    if _DIGITS.fullmatch(text) and text[:2] not in PROVINCES:
        return "身份证号码的前两位不是任何省份的代码，请对照身份证重新输入。"
    return _check_digits(text)


def _check_permit(text: str) -> str | None:
    if text[:6] not in PERMIT_PLACES:
        return "港澳台居民居住证号码以810000、820000或830000开头，请对照证件重新输入。"
    return _check_digits(text)


def _check_permanent(text: str) -> str | None:
    if _PERMANENT_2017.fullmatch(text):
        return None
    if not text.startswith("9"):
        return "永久居留身份证号码是以9开头的18位数字，或者3个字母加12位数字，请对照证件重新输入。"
    return _check_digits(text)


def _check_passport(text: str) -> str | None:
    return None if _PASSPORT.fullmatch(text) else "护照号码由5到20位字母和数字组成，请对照护照重新输入。"


def _check_other(text: str) -> str | None:
    return None if _OTHER.fullmatch(text) else "证件号码由4到32位字母、数字组成，请对照证件重新输入。"


def _check_digits(text: str) -> str | None:
    if len(text) != 18:
        return f"号码应当是18位，您输入了{len(text)}位，请对照证件检查。"
    if not _DIGITS.fullmatch(text):
        return "号码前17位只能是数字，最后一位是数字或字母X，请对照证件检查。"
    if _date(text[6:14]) is None:
        return "号码中的出生日期不存在，请对照证件检查第7到14位。"
    if check_digit(text[:17]) != text[17]:
        return "号码有误，可能有一位数字输错了，请对照证件检查。"
    return None


# A social security card carries the resident number as its 社会保障号码.
_CHECKS: dict[str, Callable[[str], str | None]] = {
    IdType.RESIDENT_ID_CARD: _check_resident,
    IdType.SOCIAL_SECURITY_CARD: _check_resident,
    IdType.RESIDENCE_PERMIT: _check_permit,
    IdType.PERMANENT_RESIDENCE: _check_permanent,
    IdType.FOREIGN_PASSPORT: _check_passport,
    IdType.OTHER: _check_other,
}


def check_digit(first_17: str) -> str:
    """The 18th character to 17 digits (GB 11643, MOD 11-2)."""
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True)) % 11]


def expand(text: str) -> str:
    """A 15-digit number of old imports in its 18 digits (19 is put before the year); others come back as they are."""
    if len(text) != 15 or not (text.isascii() and text.isdigit()):
        return text
    longer = f"{text[:6]}19{text[6:]}"
    return longer + check_digit(longer)


def _date(text: str) -> date | None:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return day if day.year >= 1800 else None


def birth_of(kind: str, text: str) -> date | None:
    """The birth date a number carries; None for numbers that carry none or are wrong."""
    text = normalise(kind, text)
    if len(text) != 18 or kind in (IdType.FOREIGN_PASSPORT, IdType.OTHER) or check(kind, text):
        return None
    return _date(text[6:14])


def sex_of(kind: str, text: str) -> str | None:
    """The GB/T 2261.1 code of the sex a number carries, "1" male or "2" female; None when it carries none."""
    if birth_of(kind, text) is None:
        return None
    return "1" if int(normalise(kind, text)[16]) % 2 else "2"


def age_on(born: date, on: date) -> int:
    """周岁: full years, a year older on the birthday itself.

    Born on 29 February: on 28 February in common years, the last day of the month where the day is missing
    (民法典第二百零二条). Negative before birth.
    """
    birthday = (born.month, born.day)
    if birthday == (2, 29) and not _is_leap(on.year):
        birthday = (2, 28)
    return on.year - born.year - ((on.month, on.day) < birthday)


def birthday(born: date, age: int) -> date:
    """The day on which somebody turns `age`, as age_on counts."""
    day = 28 if (born.month, born.day) == (2, 29) and not _is_leap(born.year + age) else born.day
    return date(born.year + age, born.month, day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def normalise_phone(text: str) -> str:
    """Half width, without blanks, hyphens and the country code."""
    return _SEPARATORS.sub("", text.translate(_NARROW)).removeprefix("+86")


def check_phone(text: str) -> str | None:
    """What is wrong with a mobile number as typed, or None."""
    return None if _PHONE.fullmatch(normalise_phone(text)) else "手机号码应当是11位数字，以13到19开头，请检查。"


def mask_id(text: str) -> str:
    """First three and last four characters; short numbers lose all but the last two."""
    if len(text) < 9:
        return "*" * max(len(text) - 2, 0) + text[-2:]
    return text[:3] + "*" * (len(text) - 7) + text[-4:]


def mask_phone(text: str) -> str:
    return text[:3] + "****" + text[-4:] if len(text) == 11 else "*" * len(text)


def mask_name(text: str) -> str:
    """The first character only, as on posted lists (个人信息保护法第二十五条; R-490)."""
    return text[:1] + "*" * (len(text) - 1)
