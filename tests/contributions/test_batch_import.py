"""《批量缴费表》: good rows are kept, bad ones say why, nothing is half booked."""

from io import BytesIO

import pytest
from python_calamine import load_workbook

from db import engine
from domain.actor import Actor, Post
from domain.agency import batch_import
from domain.agency.batch_import import COLUMNS, Header
from domain.errors import NotFound, Refused
from domain.exchange import workbook
from tests import make
from tests.contributions.ways import AT, MAKER, lines
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, ZHAO_MIN

HEADER = Header(organisation="柳湾镇", declared_by="赵敏", declared_by_id="439901198001010015", bank="农商行")
GOOD = ("PLJF", WANG_DASHAN.name, WANG_DASHAN.id_number, "2026", "200.00")


def sheet(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> bytes:
    return workbook.write([("批量缴费表", [columns, *rows])])


async def taken(data: bytes, by: Actor = MAKER, header: Header = HEADER) -> int:
    return await batch_import.take_in(COUNTY, data, "表.xlsx", header, by, AT)


async def reasons(document: int) -> list[tuple[int, str, str]]:
    rows = await engine.fetch(
        "select line_no, state, reason from document_line where document_id = $1 order by line_no", document
    )
    return [tuple(row) for row in rows]


@pytest.mark.rule("R-090")
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("PLJ", *GOOD[1:]), "PLJF"), ((*GOOD[:1], "", *GOOD[2:]), "没有姓名"), ((*GOOD[:2], "439901197508201311", *GOOD[3:]), "证"),
        ((*GOOD[:3], "26", GOOD[4]), "四位数字"), ((*GOOD[:4], "200.001"), "两位小数"), ((*GOOD[:4], "-200"), "大于0"),
        ((*GOOD[:4], "=1+1"), "不是金额"), ((*GOOD[:4], "250"), "不是这个人2026年可以缴的档次"), ((*GOOD[:3], "2099", GOOD[4]), "还没有到"),
        (("PLJF", LI_XIUYING.name, LI_XIUYING.id_number, "2026", "200"), "没有查到"),
    ],
)  # fmt: skip
async def test_a_bad_row_says_where_and_why_and_the_good_one_is_kept(
    db: object, row: tuple[str, ...], words: str
) -> None:
    await make.participant()
    document = await taken(sheet(GOOD, row))
    (one, good, _), (two, bad, why) = await reasons(document)
    assert (one, good, two, bad) == (2, "good", 3, "bad")
    assert words in why
    assert await engine.fetchval("select count(*) from ledger_entry") == 0


async def test_rows_that_were_not_used_come_back_as_a_sheet_with_reasons(db: object) -> None:
    await make.participant()
    document = await taken(sheet(GOOD, GOOD, (*GOOD[:3], "26", GOOD[4])))
    back = load_workbook(BytesIO(await batch_import.bad_rows(COUNTY, document))).get_sheet_by_index(0).to_python()
    assert back[0] == [*COLUMNS, "原因"]
    assert [(row[1], row[5]) for row in back[1:]] == [
        ("王大山", "前面已经有一行是同一个人的同一年度。"), ("王大山", "缴费年度请写成四位数字，例如2026。"),
    ]  # fmt: skip


async def test_the_empty_sheet_can_be_filled_in_and_read_again(db: object) -> None:
    await make.participant()
    empty = load_workbook(BytesIO(batch_import.template()))
    assert empty.sheet_names == ["批量缴费表", "填表说明"]
    assert empty.get_sheet_by_index(0).to_python()[0] == list(COLUMNS)
    with pytest.raises(Refused, match="没有内容"):
        await taken(batch_import.template())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
async def test_csv_files_of_any_usual_encoding_are_read(db: object, encoding: str) -> None:
    await make.participant()
    text = ",".join(COLUMNS) + "\r\n" + ",".join(GOOD) + "\r\n"
    assert await lines(await taken(text.encode(encoding))) == [("good", "")]


async def test_a_wrong_header_is_refused_with_what_it_should_be(db: object) -> None:
    with pytest.raises(Refused, match="表头应当有这些列"):
        await taken(sheet(GOOD, columns=("业务", "姓名", "号码", "年度", "金额")))


@pytest.mark.rule("R-091")
async def test_every_field_of_the_declaration_is_required(db: object) -> None:
    with pytest.raises(Refused) as refused:
        await taken(
            sheet(GOOD), header=Header(organisation="柳湾镇", declared_by=" ", declared_by_id="", bank="农商行")
        )
    assert [problem.field for problem in refused.value.problems] == ["declared_by", "declared_by_id"]
    assert await engine.fetchval("select count(*) from fund_document") == 0


async def test_a_township_declares_its_own_people_only(db: object) -> None:
    await make.participant(region="439901020201")
    assert await lines(await taken(sheet(GOOD), by=ZHAO_MIN)) == [("bad", "other-region")]
    with pytest.raises(NotFound):
        await taken(sheet(GOOD), by=make.staff("会计", Post.ACCOUNTANT))


async def test_the_checker_is_another_person_of_the_right_post(db: object) -> None:
    await make.participant()
    document = await taken(sheet(GOOD))
    await batch_import.declare(COUNTY, document, MAKER, AT)
    with pytest.raises(Refused, match="征缴管理岗"):
        await batch_import.approve(COUNTY, document, ZHAO_MIN, AT)
    with pytest.raises(Refused, match="另一位"):
        await batch_import.approve(COUNTY, document, MAKER, AT)
