"""What a person types becomes values, or a message for every mistake at once."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct, convert, to_builtins
from multidict import MultiDict

from domain.identity import IdType, check_digit
from web import forms

GOOD_NUMBER = "439901195803050021"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Person(Struct, kw_only=True, frozen=True):
    name: Annotated[str, Meta(title="姓名", max_length=20)]
    id_type: IdType = IdType.RESIDENT_ID_CARD
    id_number: Annotated[str, Meta(title="证件号码", extra={"widget": "id_number"})]
    share: Annotated[int, Meta(title="份额", ge=1, le=100)]


def _not_thirteen(text: str) -> str | None:
    return "不能是十三。" if text == "13" else None


class Ask(Struct, kw_only=True, frozen=True):
    title: Annotated[str, Meta(title="标题", description="写几个字", min_length=2, max_length=5)]
    born_on: Annotated[date, Meta(title="出生日期")]
    age: Annotated[int, Meta(title="年龄", ge=16, le=120)] | None = None
    postcode: Annotated[str, Meta(title="邮政编码", pattern=r"^\d{6}$")] | None = None
    colour: Annotated[Colour, Meta(title="颜色", extra={"choices": {"red": "红", "blue": "蓝"}})] = Colour.RED
    size: Annotated[Literal["s", "m"], Meta(title="大小")] | None = None
    lucky: Annotated[str, Meta(title="幸运号", extra={"check": _not_thirteen})] = ""
    agreed: Annotated[bool, Meta(title="我同意")] = False
    tags: Annotated[list[Colour], Meta(title="标签")] = []
    people: Annotated[list[Person], Meta(title="受益人", max_length=2)] = []

    def __post_init__(self) -> None:
        if self.title == "不可以" and self.agreed:
            raise ValueError("标题和同意不能一起填。")


def form(**fields: str | list[str]) -> MultiDict[Any]:
    data: MultiDict[Any] = MultiDict()
    for name, value in fields.items():
        for one in [value] if isinstance(value, str) else value:
            data.add(name.replace("__", "."), one)
    return data


def good(**fields: str | list[str]) -> MultiDict[Any]:
    return form(**({"title": "标题", "born_on": "1958-03-05"} | fields))


def row(index: int = 0, **fields: str) -> dict[str, str]:
    said = {"name": "陈桂香", "id_type": "resident_id_card", "id_number": valid_number(), "share": "100"} | fields
    return {f"people__{index}__{name}": value for name, value in said.items()}


def valid_number() -> str:
    return GOOD_NUMBER[:17] + check_digit(GOOD_NUMBER[:17])


def test_a_good_form_gives_typed_values_that_build_the_struct() -> None:
    values, errors = forms.decode(Ask, good(age="60", agreed="on", colour="blue", size="m", tags="red"))
    assert errors == {}
    assert Ask(**values) == Ask(
        title="标题", born_on=date(1958, 3, 5), age=60, agreed=True, colour=Colour.BLUE, size="m", tags=[Colour.RED]
    )


def test_every_mistake_is_told_at_once_with_the_title_of_its_field() -> None:
    values, errors = forms.decode(
        Ask, form(title="", born_on="上个月", age="15", postcode="12345", colour="green", lucky="13")
    )
    assert set(errors) == {"title", "born_on", "age", "postcode", "colour", "lucky"}
    assert errors["title"] == "请填写标题。"
    assert errors["age"] == "年龄不能小于16。"
    assert errors["lucky"] == "不能是十三。"
    assert "title" not in values


@pytest.mark.parametrize(
    "text", ["1958-03-05", "19580305", "1958/3/5", "1958.3.5", "1958年3月5日", "１９５８年３月５日", " 1958年 3月 5日 "]
)
def test_a_date_may_be_written_in_many_ways(text: str) -> None:
    assert forms.decode(Ask, good(born_on=text))[0]["born_on"] == date(1958, 3, 5)


@pytest.mark.parametrize("text", ["2023-02-29", "20230230", "2023年13月1日", "0000-01-01"])
def test_a_day_that_does_not_exist_is_named_as_such(text: str) -> None:
    assert "这一天" in forms.decode(Ask, good(born_on=text))[1]["born_on"]


@pytest.mark.parametrize("text", ["580305", "1958-03", "1958-0305", "三月五日", "1958-03-05T00:00"])
def test_what_is_no_date_is_answered_with_an_example(text: str) -> None:
    assert "19580305" in forms.decode(Ask, good(born_on=text))[1]["born_on"]


@pytest.mark.parametrize(
    ("age", "message"),
    [("16", ""), ("120", ""), ("15", "不能小于16"), ("121", "不能大于120"), ("六十", "整数"), ("6.5", "整数")],
)
def test_both_sides_of_a_numbers_bounds(age: str, message: str) -> None:
    assert message in forms.decode(Ask, good(age=age))[1].get("age", "")
    assert bool(message) == ("age" in forms.decode(Ask, good(age=age))[1])


@pytest.mark.parametrize(
    ("title", "wrong"),
    [("一", True), ("一二", False), ("一二三四五", False), ("一二三四五六", True), ("𠮷䶮㐂·阿", False)],
)
def test_both_sides_of_a_texts_length_counted_in_characters(title: str, wrong: bool) -> None:
    assert ("title" in forms.decode(Ask, good(title=title))[1]) == wrong


def test_full_width_digits_and_letters_become_narrow_and_punctuation_stays() -> None:
    assert forms.clean("　１２３Ｘｚ，（甲）　") == "123Xz，（甲）"


def test_characters_that_no_screen_shows_are_dropped() -> None:
    assert forms.clean("陈\u200b桂\x00香\ufeff") == "陈桂香"


def test_a_line_break_in_a_long_text_is_kept() -> None:
    assert forms.clean("一\r\n二") == "一\n二"


def test_an_empty_optional_field_is_none_or_its_default() -> None:
    values, errors = forms.decode(Ask, good(age="", lucky="", colour="", size=""))
    assert errors == {}
    assert (values["age"], values["lucky"], values["colour"], values["size"]) == (None, "", Colour.RED, None)


def test_a_checkbox_that_is_not_sent_is_no() -> None:
    assert forms.decode(Ask, good())[0]["agreed"] is False


def test_one_value_for_a_list_is_a_list_of_one() -> None:
    assert forms.decode(Ask, good(tags="blue"))[0]["tags"] == [Colour.BLUE]
    assert forms.decode(Ask, good(tags=["blue", "red"]))[0]["tags"] == [Colour.BLUE, Colour.RED]


def test_only_the_fields_of_one_page_are_read() -> None:
    assert forms.decode(Ask, form(title="标题"), only=["title"]) == ({"title": "标题"}, {})


def test_what_the_struct_itself_refuses_is_a_message_about_the_form() -> None:
    assert forms.decode(Ask, good(title="不可以", agreed="on"))[1] == {"": "标题和同意不能一起填。"}


def test_rows_become_structs_and_an_empty_row_is_ignored() -> None:
    values, errors = forms.decode(Ask, good(**row(3), **row(4, name="", id_number="", share="")))
    assert errors == {}
    assert [person.name for person in values["people"]] == ["陈桂香"]


def test_a_mistake_in_a_row_is_told_at_its_input() -> None:
    errors = forms.decode(Ask, good(**row(0), **row(1, share="0", name="")))[1]
    assert set(errors) == {"people.1.share", "people.1.name"}


@pytest.mark.rule("R-038")
def test_a_wrong_check_digit_is_told_at_the_number() -> None:
    wrong = valid_number()[:17] + ("1" if valid_number()[17] != "1" else "2")
    assert set(forms.decode(Ask, good(**row(0, id_number=wrong)))[1]) == {"people.0.id_number"}
    assert set(
        forms.decode(Person, form(name="陈桂香", id_number=wrong, share="1"), only=["name", "id_number"])[1]
    ) == {"id_number"}


def test_more_rows_than_allowed_are_refused() -> None:
    assert forms.decode(Ask, good(**row(0), **row(1)))[1] == {}
    assert "最多填2位" in forms.decode(Ask, good(**row(0), **row(1), **row(2)))[1]["people"]


def test_a_forged_row_number_cannot_make_the_form_long() -> None:
    assert forms.row_indexes({"people.99999999.name": "", "people.x.name": "", "people.7.name": ""}, "people") == [7]


def test_adding_a_row_opens_it_behind_the_others_and_keeps_what_was_typed() -> None:
    texts = forms.reshape(good(**row(0), _add="people"))
    assert texts is not None
    assert forms.row_indexes(texts, "people") == [0, 1]
    assert texts["people.0.name"] == "陈桂香"


def test_taking_a_row_away_leaves_the_others() -> None:
    texts = forms.reshape(good(**row(0), **row(1, name="李大山"), _remove="people.0"))
    assert texts is not None
    assert forms.row_indexes(texts, "people") == [1]


def test_any_other_button_does_not_reshape() -> None:
    assert forms.reshape(good(_next="1")) is None


def test_what_was_typed_is_shown_again_as_it_was() -> None:
    assert forms.typed(good(born_on="上个月", tags=["red", "blue"])) == {
        "title": "标题",
        "born_on": "上个月",
        "tags": ["red", "blue"],
    }


def test_a_struct_its_stored_draft_and_the_form_go_round() -> None:
    ask = Ask(title="标题", born_on=date(1958, 3, 5), age=60, agreed=True, tags=[Colour.BLUE], people=[
        Person(name="陈桂香", id_number=valid_number(), share=100)])  # fmt: skip
    texts = forms.as_form(ask)
    assert forms.as_form(to_builtins(ask)) == texts
    values, errors = forms.decode(Ask, form(**{name.replace(".", "__"): text for name, text in texts.items()}))
    assert errors == {}
    assert convert(to_builtins(values), Ask) == ask


@given(
    st.dictionaries(
        st.sampled_from(["title", "born_on", "age", "colour", "tags", "people.0.name", "people.0.share"]),
        st.text(max_size=30),
    )
)
def test_no_input_whatever_breaks_the_decoder(texts: dict[str, str]) -> None:
    data: MultiDict[Any] = MultiDict(texts)
    _, errors = forms.decode(Ask, data)
    assert all(message.strip() for message in errors.values())


def test_a_field_says_how_it_wants_to_be_asked() -> None:
    specs = {spec.name: spec for spec in forms.fields(Ask)}
    assert (specs["title"].title, specs["title"].hint, specs["title"].required) == ("标题", "写几个字", True)
    assert [specs[name].widget for name in ("born_on", "age", "colour", "size", "agreed", "tags", "people")] == [
        "date", "number", "radio", "radio", "checkbox", "checkboxes", "rows"]  # fmt: skip
    assert specs["colour"].choices == (("red", "红"), ("blue", "蓝"))
    assert not specs["age"].required
    assert (specs["colour"].initial, specs["age"].initial, specs["title"].initial, specs["people"].initial) == (
        "red",
        "",
        "",
        "",
    )
    assert [field.name for field in specs["people"].fields] == ["name", "id_type", "id_number", "share"]
