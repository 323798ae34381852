from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import divide, percent, rmb, share, show, split, yuan
from tests.rules.worked import examples

AMOUNTS = st.integers(-(10**13), 10**13)


@pytest.mark.parametrize(
    ("text", "fen"), [("0", 0), ("0.05", 5), ("12.5", 1250), ("1,234.56", 123456), (" 7 ", 700), ("-3.20", -320)]
)
def test_an_exact_amount_is_read_as_fen(text: str, fen: int) -> None:
    assert yuan(text) == fen


@pytest.mark.parametrize("text", ["1.005", "1.000", "", ".5", "1.", "12,34.00", "1e3", "１２", "abc", "--1", "NaN"])
def test_what_is_no_exact_amount_is_never_rounded(text: str) -> None:
    with pytest.raises(ValueError, match="不是金额"):
        yuan(text)


@given(AMOUNTS)
def test_what_is_shown_reads_back_as_the_same_amount(fen: int) -> None:
    assert yuan(show(fen)) == fen


@pytest.mark.rule("R-183")
def test_half_a_fen_rounds_away_from_zero_never_to_even() -> None:
    assert share(500, Decimal("0.025")) == 13  # 12.5 分: to even would be 12
    assert share(500, Decimal("0.001")) == 1
    assert share(-500, Decimal("0.001")) == -1
    assert share(499, Decimal("0.001")) == 0
    assert divide(25, 10) == 3
    assert divide(-25, 10) == -3
    assert divide(24, 10) == 2


@pytest.mark.rule("R-230")
def test_an_account_over_139_months_is_rounded_once() -> None:
    assert divide(yuan("9000.00"), 139) == yuan("64.75")
    assert divide(yuan("12345.67"), 139) == yuan("88.82")


def test_nothing_is_divided_by_zero_or_less() -> None:
    for divisor in (0, -1):
        with pytest.raises(ValueError, match="positive"):
            divide(100, divisor)


@pytest.mark.rule("R-191")
@pytest.mark.rule("R-230")
def test_the_components_of_a_pension_add_up_to_it() -> None:
    weights = [yuan(part) for part in ("9000.00", "600.00", "300.00", "300.00", "500.00", "345.67", "1300.00")]
    parts = split(yuan("88.82"), weights)
    assert [show(part) for part in parts] == ["64.75", "4.31", "2.16", "2.16", "3.60", "2.49", "9.35"]


@given(AMOUNTS, st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any))
def test_a_split_always_adds_up_and_no_part_is_a_fen_off(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)
        assert weight or not part


def test_a_tie_goes_to_the_earlier_part() -> None:
    assert split(1, [1, 1]) == [1, 0]
    assert split(-1, [1, 1]) == [-1, 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize("example", examples("amounts_in_words"))
def test_amounts_in_words(example: dict[str, str]) -> None:
    assert rmb(yuan(example["金额"])) == example["大写"]


DIGIT = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACE = {"拾": 10, "佰": 100, "仟": 1000}


def read_words(text: str) -> int:
    """The other way round, by the plain meaning of the words: 分 of a 大写 amount."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    whole, group, digit, fen = 0, 0, 0, 0
    for word in text:
        if word in DIGIT:
            digit = DIGIT[word]
        elif word in PLACE:
            group, digit = group + digit * PLACE[word], 0
        elif word in "万亿元":
            whole = whole + (group + digit) * {"万": 10**4, "亿": 10**8, "元": 1}[word]
            group, digit = 0, 0
        elif word in "角分":
            fen, digit = fen + digit * {"角": 10, "分": 1}[word], 0
    return sign * (whole * 100 + fen)


@pytest.mark.rule("R-105")
@given(st.integers(-(10**14) + 1, 10**14 - 1))
def test_words_say_the_same_as_the_digits(fen: int) -> None:
    words = rmb(fen)
    assert read_words(words) == fen
    assert "零零" not in words
    assert words.endswith(("整", "分"))


@pytest.mark.rule("R-105")
def test_an_amount_beyond_words_is_refused_and_the_one_below_is_not() -> None:
    assert rmb(10**14 - 100) == "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元整"
    with pytest.raises(ValueError, match="大写"):
        rmb(10**14)


@pytest.mark.parametrize(
    ("rate", "words"), [("0.0250", "2.5%"), ("0.03", "3%"), ("0.1", "10%"), ("0", "0%"), ("0.000001", "0.0001%"), ("0.2000", "20%")]
)
def test_a_rate_is_read_as_percent(rate: str, words: str) -> None:
    assert percent(rate) == words
