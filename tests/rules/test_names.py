import pytest

from domain.names import check_name, normalise_name

pytestmark = pytest.mark.rule("R-519")


@pytest.mark.parametrize(
    "name", ["王芳", "㐂田", "李䶮", "𠮷野", "阿依古丽·买买提", "〇一", "欧阳若兰", "\U00031350生", "王" * 50]
)
def test_rare_characters_and_the_middle_dot_are_names(name: str) -> None:
    assert normalise_name(name) == name
    assert check_name(name, latin=False) is None


@pytest.mark.parametrize("dot", "•‧．・∙⋅")
def test_every_dot_people_type_becomes_the_one_that_is_stored(dot: str) -> None:
    assert normalise_name(f"阿依古丽{dot}买买提") == "阿依古丽·买买提"
    assert check_name(f"阿依古丽{dot}买买提", latin=False) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("王😀", "表情"),
        ("王\u200b芳", "看不见"),
        ("王\x07芳", "看不见"),
        ("王2", "数字"),
        ("王２", "数字"),
        ("王\ue000", "自造字"),
        ("·王芳", "间隔号"),
        ("王芳·", "间隔号"),
        ("王··芳", "间隔号"),
        ("王,芳", "间隔号"),
        ("<b>王</b>", "间隔号"),
        ("王", "2到50个字"),
        ("", "2到50个字"),
        ("王" * 51, "2到50个字"),
    ],
)
def test_what_cannot_be_a_name_is_refused_in_plain_words(name: str, words: str) -> None:
    assert words in (check_name(name) or "")


def test_latin_names_are_for_documents_that_have_them() -> None:
    for name in ("Anna Schmidt", "Jean-Luc O'Neill", "José García", "安娜 Schmidt"):
        assert check_name(name, latin=True) is None
        assert check_name(name, latin=False) == "姓名请用汉字填写，与身份证一致。"
    assert check_name("Anna <Schmidt>") is not None
    assert check_name("Anna 2") is not None


def test_blanks_between_chinese_characters_go_and_between_latin_words_stay_single() -> None:
    assert normalise_name(" 王 芳 ") == "王芳"
    assert normalise_name(" Anna   Schmidt ") == "Anna Schmidt"
