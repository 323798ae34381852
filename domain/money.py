"""Money is an int of 分. Every division says how it rounds; nothing here ever sees a float."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NewType

Fen = NewType("Fen", int)

_YUAN = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,2}))?", re.ASCII)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("", "万", "亿")


def yuan(text: str) -> Fen:
    """1,234.5 as 123450 分. ValueError on a third decimal or anything else that is no exact amount."""
    match = _YUAN.fullmatch(_without_separators(text.strip()))
    if not match:
        raise ValueError(f"“{text}”不是金额：请写成例如 1234.50，最多两位小数。")
    sign, whole, cents = match.groups()
    fen = int(whole) * 100 + int((cents or "").ljust(2, "0"))
    return Fen(-fen if sign else fen)


def _without_separators(text: str) -> str:
    """Thousands separators go only where they stand right: "1,234", not "12,34"."""
    return text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d*)?", text, re.ASCII) else text


def show(fen: int) -> str:
    """123456 as "1,234.56"."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{cents:02d}"


def percent(rate: Decimal | str) -> str:
    """0.0250 as 2.5%."""
    text = f"{Decimal(rate) * 100:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def share(amount: int, ratio: Decimal) -> Fen:
    """amount × ratio, 四舍五入到分 (half away from zero)."""
    with localcontext() as exact:
        exact.prec = 60
        return Fen(int((amount * ratio).quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def divide(amount: int, by: int) -> Fen:
    """amount ÷ by, 四舍五入到分 (half away from zero). `by` is positive."""
    if by <= 0:
        raise ValueError("the divisor must be positive")
    half_up = (2 * abs(amount) + by) // (2 * by)
    return Fen(-half_up if amount < 0 else half_up)


def split(total: int, weights: Sequence[int]) -> list[Fen]:
    """`total` in parts like `weights` (not negative, not all 0) that add up to it exactly.

    Each part is cut off; the 分 left over go to the largest remainders, on a tie to the earlier part.
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative and not all be 0")
    sign, amount = (-1, -total) if total < 0 else (1, total)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return [Fen(sign * part) for part in parts]


def rmb(fen: int) -> str:
    """大写金额 as slips and sheets want it (支付结算办法附一; R-105): 10000010 is 壹拾万元壹角整.

    ValueError at 1 万亿元 and above.
    """
    whole, cents = divmod(abs(fen), 100)
    if whole >= 10**12:
        raise ValueError("amount too large for 大写")
    words = _whole(whole) + "元" if whole else ""
    tenths, hundredths = divmod(cents, 10)
    if not cents:
        tail = "整"
    else:
        gap = "零" if whole and not tenths else ""
        tail = gap + (_DIGITS[tenths] + "角" if tenths else "") + (_DIGITS[hundredths] + "分" if hundredths else "整")
    return ("负" if fen < 0 else "") + (words or ("零元" if not cents else "")) + tail


def _whole(number: int) -> str:
    """Groups of four places from the right; a 零 stands for every run of empty places between two digits."""
    words, gap = "", False
    for position in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * position) % 10000
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[position]
        gap = False
    return words


def _group(number: int) -> str:
    words, gap = "", False
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return words
