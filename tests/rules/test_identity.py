from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identity
from domain.identity import IdType
from tests.rules.worked import examples

RESIDENT = IdType.RESIDENT_ID_CARD


def with_check_digit(first_17: str) -> str:
    """A whole number by the other formula of the standard: all 18 weighted terms are 1 modulo 11."""
    for last in "0123456789X":
        terms = [10 if digit == "X" else int(digit) for digit in first_17 + last]
        if sum(term * 2 ** (17 - place) for place, term in enumerate(terms)) % 11 == 1:
            return first_17 + last
    raise AssertionError


NUMBERS = st.builds(
    lambda born, order: with_check_digit(f"439901{born:%Y%m%d}{order:03d}"),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
)


@pytest.mark.parametrize("example", examples("resident_numbers"))
def test_resident_numbers(example: dict[str, str]) -> None:
    number = example["号码"]
    assert (identity.check(RESIDENT, number) is None) == (example["有效"] == "是")
    born = identity.birth_of(RESIDENT, number)
    assert (born.isoformat() if born else "") == example["出生日期"]
    assert {"1": "男", "2": "女", None: ""}[identity.sex_of(RESIDENT, number)] == example["性别"]


@pytest.mark.rule("R-039")
@given(NUMBERS)
def test_every_well_formed_number_passes(number: str) -> None:
    assert identity.check(RESIDENT, number) is None


@pytest.mark.rule("R-039")
@given(NUMBERS, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(number: str, place: int, digit: str) -> None:
    wrong = number[:place] + digit + number[place + 1 :]
    assert (identity.check(RESIDENT, wrong) is None) == (wrong == number)


@pytest.mark.rule("R-039")
@given(NUMBERS, st.integers(0, 15))
def test_two_swapped_neighbours_never_pass(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (identity.check(RESIDENT, swapped) is None) == (swapped == number)


@pytest.mark.rule("R-039")
def test_the_seventeenth_digit_tells_the_sex() -> None:
    assert identity.sex_of(RESIDENT, with_check_digit("43990119900101001")) == "1"
    assert identity.sex_of(RESIDENT, with_check_digit("43990119900101002")) == "2"


def test_blanks_wide_digits_and_a_small_x_are_no_mistake() -> None:
    assert identity.normalise(RESIDENT, " 110105 19491231 002x ") == "11010519491231002X"
    assert identity.normalise(RESIDENT, "１１０１０５１９４９１２３１００２Ｘ") == "11010519491231002X"
    assert identity.check(RESIDENT, "１１０１０５ 19491231-002ｘ") is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("110105491231002", "15位的旧号码"),
        ("1101051949123100", "应当是18位，您输入了16位"),
        ("1101051949123100ZX", "只能是数字"),
        ("11010519491331002X", "出生日期不存在"),
        ("110105190002290022", "出生日期不存在"),
        ("110105194912310021", "输错"),
        ("", "您输入了0位"),
        ("٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧", "只能是数字"),
    ],
)
@pytest.mark.rule("R-039")
def test_each_mistake_has_its_own_words(number: str, words: str) -> None:
    assert words in (identity.check(RESIDENT, number) or "")


@pytest.mark.rule("R-038")
def test_every_kind_of_document_has_a_title_and_an_exchange_entry() -> None:
    assert set(identity.ID_TYPE_TITLES) == set(identity.EXCHANGE_CODES) == set(IdType)
    assert [code for code, _ in identity.ID_TYPE_CHOICES] == [kind.value for kind in IdType]
    assert identity.check("driving_licence", "123456") == "请选择证件类型。"


@pytest.mark.rule("R-037")
@pytest.mark.rule("R-038")
def test_a_residence_permit_starts_with_its_place() -> None:
    for place in ("810000", "820000", "830000"):
        number = with_check_digit(f"{place}19700304012")
        assert identity.check(IdType.RESIDENCE_PERMIT, number) is None
        assert identity.birth_of(IdType.RESIDENCE_PERMIT, number) == date(1970, 3, 4)
        assert identity.sex_of(IdType.RESIDENCE_PERMIT, number) == "2"
    assert identity.check(IdType.RESIDENCE_PERMIT, with_check_digit("81000119700304012")) is not None
    assert identity.check(IdType.RESIDENCE_PERMIT, with_check_digit("43990119700304012")) is not None


@pytest.mark.rule("R-037")
@pytest.mark.rule("R-038")
def test_both_forms_of_permanent_residence_are_read() -> None:
    new = with_check_digit("93100019851130017")
    assert identity.check(IdType.PERMANENT_RESIDENCE, new) is None
    assert identity.birth_of(IdType.PERMANENT_RESIDENCE, new) == date(1985, 11, 30)
    assert identity.check(IdType.PERMANENT_RESIDENCE, "abc310085113012") is None
    assert identity.birth_of(IdType.PERMANENT_RESIDENCE, "ABC310085113012") is None
    assert identity.check(IdType.PERMANENT_RESIDENCE, new[:-1] + ("1" if new[-1] != "1" else "2")) is not None
    assert identity.check(IdType.PERMANENT_RESIDENCE, with_check_digit("43990119851130017")) is not None
    assert identity.check(IdType.PERMANENT_RESIDENCE, "AB3100851130123") is not None


@pytest.mark.rule("R-038")
def test_a_social_security_card_carries_the_resident_number() -> None:
    assert identity.check(IdType.SOCIAL_SECURITY_CARD, "11010519491231002X") is None
    assert identity.check(IdType.SOCIAL_SECURITY_CARD, "110105194912310021") is not None


@pytest.mark.rule("R-037")
def test_passports_and_other_documents_have_a_plausible_form() -> None:
    assert identity.check(IdType.FOREIGN_PASSPORT, "x1234567") is None
    assert identity.check(IdType.FOREIGN_PASSPORT, "X123") is not None
    assert identity.check(IdType.FOREIGN_PASSPORT, "护照12345") is not None
    assert identity.birth_of(IdType.FOREIGN_PASSPORT, "123456789012345678") is None
    assert identity.check(IdType.OTHER, "军字-012345") is not None
    assert identity.check(IdType.OTHER, "AB-012345") is None


def test_a_number_of_fifteen_digits_from_an_import_is_expanded() -> None:
    assert identity.expand("110105491231002") == "11010519491231002X"
    assert identity.expand("11010519491231002X") == "11010519491231002X"
    assert identity.expand("11010549123100X") == "11010549123100X"


@pytest.mark.rule("R-031")
def test_one_is_sixteen_on_the_birthday_and_not_the_day_before() -> None:
    born = date(2010, 11, 21)
    assert identity.age_on(born, date(2026, 11, 20)) == 15
    assert identity.age_on(born, date(2026, 11, 21)) == 16


@pytest.mark.rule("R-031")
def test_a_birthday_on_29_february_falls_on_the_28th_in_common_years() -> None:
    born = date(2008, 2, 29)
    assert identity.age_on(born, date(2026, 2, 27)) == 17
    assert identity.age_on(born, date(2026, 2, 28)) == 18
    assert identity.age_on(born, date(2024, 2, 28)) == 15
    assert identity.age_on(born, date(2024, 2, 29)) == 16
    assert identity.age_on(date(1940, 2, 29), date(2100, 2, 28)) == 160


def test_nobody_has_an_age_before_birth() -> None:
    assert identity.age_on(date(2026, 11, 21), date(2026, 11, 20)) == -1
    assert identity.age_on(date(2026, 11, 21), date(2026, 11, 21)) == 0


@pytest.mark.parametrize("number", ["13800000000", "19912345678", "+86 138-0000-0000", "１３８００００００００"])
def test_a_mobile_number_as_people_write_it_is_accepted(number: str) -> None:
    assert identity.check_phone(number) is None


@pytest.mark.parametrize("number", ["12800000000", "1380000000", "138000000000", "07311234567", "", "1380000000O"])
def test_what_is_no_mobile_number_is_refused(number: str) -> None:
    assert identity.check_phone(number) is not None


def test_masks_hide_the_middle() -> None:
    assert identity.mask_id("43990119900101001X") == "439***********001X"
    assert identity.mask_id("X1234567") == "******67"
    assert identity.mask_id("7") == "7"
    assert identity.mask_phone("13812345678") == "138****5678"
    assert identity.mask_phone("12345") == "*****"


@pytest.mark.rule("R-490")
def test_a_posted_name_shows_its_first_character_only() -> None:
    assert identity.mask_name("王小明") == "王**"
    assert identity.mask_name("𠮷田") == "𠮷*"
    assert identity.mask_name("") == ""


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(1966, 11, 21), 60, date(2026, 11, 21)), (date(1964, 2, 29), 60, date(2024, 2, 29)),
        (date(1964, 2, 29), 59, date(2023, 2, 28)), (date(1840, 2, 29), 60, date(1900, 2, 28)),
    ],
)  # fmt: skip
def test_a_birthday_is_the_first_day_of_an_age(born: date, age: int, day: date) -> None:
    assert identity.birthday(born, age) == day
    assert identity.age_on(born, day) == age
    assert identity.age_on(born, day - timedelta(days=1)) == age - 1
