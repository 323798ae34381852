"""The documents of account and fund, read back from the PDF: every field of their annexes, sums, words, page breaks."""

import re
from datetime import date
from typing import Any

import msgspec
import pypdfium2
import pytest

from domain.money import show
from tests.documents import account_samples as samples
from tests.documents.account_samples import ACCOUNT_SAMPLES
from tests.documents.samples import AGENCY, SAMPLES
from web.documents.account_contents import AccountStatement, SourceBalance, StatementYear
from web.documents.contents import KINDS
from web.documents.page import PLACES, boxes, to_html
from web.documents.paper import Paper
from web.documents.pdf import Printer
from web.documents.qr import svg

AMOUNTS = {5: "伍分", 1000: "壹拾元整", 10000010: "壹拾万元壹角整", 10**10: "壹亿元整", 10**12: "壹佰亿元整"}
every_amount = pytest.mark.parametrize(("fen", "words"), AMOUNTS.items(), ids=[show(fen) for fen in AMOUNTS])
every_sample = pytest.mark.parametrize(("kind", "doc"), ACCOUNT_SAMPLES, ids=[kind for kind, _ in ACCOUNT_SAMPLES])


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page without blanks and line ends."""
    return [
        re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(pdf)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def text(printed: list[bytes]) -> dict[str, str]:
    return {
        kind: "".join(pages_of(pdf))
        for (kind, _), pdf in zip(ACCOUNT_SAMPLES, printed[len(SAMPLES) :], strict=True)
    }  # fmt: skip


def holds(found: str, *texts: Any) -> None:
    for words in (re.sub(r"\s", "", f"{each}") for each in texts):
        assert words in found, words


def plain(value: Any, name: str = "") -> list[str]:
    """Every text, date, number and amount in a document, as it must stand on paper."""
    if isinstance(value, msgspec.Struct):
        return [text for field in value.__struct_fields__ for text in plain(getattr(value, field), field)]
    if isinstance(value, tuple):
        return [text for each in value for text in plain(each, name)]
    if name in ("printed_at", "signed_at", "image", "is_number", "width", "year_number", "depth") or value is None:
        return []
    if isinstance(value, date):
        return [f"{value.year}年{value.month}月{value.day}日"]
    return [show(value) if name.endswith("_fen") else f"{value}"]


@every_sample
def test_every_field_of_a_document_stands_on_it(kind: str, doc: Paper, text: dict[str, str]) -> None:
    in_boxes = show(samples.SLIP.amount_fen) if kind == "bank_slip" else ""
    holds(text[kind], *(each for each in plain(doc) if each not in ("0.00", in_boxes)))


@every_sample
def test_every_document_says_what_it_is_and_counts_its_pages(kind: str, doc: Paper, text: dict[str, str]) -> None:
    holds(text[kind], AGENCY, KINDS[kind].form_number, "打印时间：2026年11月21日14:05", "第1页共")
    if kind != "village_list":  # which bears the title of its list
        holds(text[kind], KINDS[kind].title)


@pytest.mark.rule("R-519")
def test_rare_names_stand_in_the_lists(text: dict[str, str]) -> None:
    for kind in ("debit_agreement", "collective_assistance_declaration", "back_payment_list", "land_loss_declaration"):
        holds(text[kind], "㐂䶮", "古丽扎尔·艾合买提江")


# ---------------------------------------------------------------- the statement
@pytest.mark.rule("R-198")
def test_the_statement_has_the_columns_of_the_annex_and_their_sums(text: dict[str, str]) -> None:
    found = text["account_statement"]
    holds(
        found,
        "个人缴费",
        "补助（资助）",
        "村",
        "政府补贴",
        "省",
        "市",
        "县",
        "政府代缴",
        "利息",
        "其他",
        "年末储存额",
        "备注",
    )
    years = samples.STATEMENT.years
    holds(found, "合计" + "".join(show(sum(getattr(line, column) for line in years)) for column in (
        "personal_fen", "collective_fen", "other_assistance_fen", "subsidy_province_fen", "subsidy_city_fen",
        "subsidy_county_fen", "government_paid_fen", "interest_fen", "other_fen",
    )) + show(samples.STATEMENT.total_fen))  # fmt: skip


@pytest.mark.rule("R-201")
def test_the_code_of_a_statement_says_nothing_about_the_person(text: dict[str, str]) -> None:
    holds(text["account_statement"], "核对这张对账单的编号、日期和储存额", samples.STATEMENT.verify_url)
    assert samples.ID_NUMBER not in text["account_statement"]
    assert not any(mark in samples.STATEMENT.verify_url for mark in (samples.NAME, samples.ID_NUMBER, "26049"))


async def test_forty_years_break_between_lines_and_repeat_the_head(printer: Printer) -> None:
    pages = pages_of(await printer.render("account_statement", samples.statement(40)))
    assert len(pages) <= 4
    assert all("年份个人缴费" in page for page in pages if re.search(r"(19|20)\d\d1,000\.00", page))
    for year in range(1987, 2027):
        closing = show(samples.statement(40).years[year - 1987].closing_fen)
        assert sum(f"{year}1,000.00" in page and closing in page for page in pages) == 1, year
    assert sum("合计40,000.00" in page for page in pages) == 1


async def test_a_statement_of_one_year_is_one_page(printer: Printer) -> None:
    one = samples.statement(1, 2025, period="2025年度")
    assert len(pages_of(await printer.render("account_statement", one))) == 1


async def test_the_years_before_stand_in_one_line(printer: Printer) -> None:
    last = samples.STATEMENT.years[-1]
    before = last.closing_fen - last.change_fen
    year = msgspec.structs.replace(samples.STATEMENT, opening_fen=before, years=(last,))
    holds("".join(pages_of(await printer.render("account_statement", year))), "以前各年转来" + show(before))


def test_an_account_without_a_line_says_so() -> None:
    empty = msgspec.structs.replace(samples.STATEMENT, years=(), balances=())
    assert "还没有记账。" in to_html("account_statement", empty)


def statement(opening: int, closing: int, balance: int) -> AccountStatement:
    return msgspec.structs.replace(
        samples.STATEMENT, opening_fen=opening, years=(StatementYear(year=2025, personal_fen=20000, closing_fen=closing),),
        balances=(SourceBalance(title="个人缴费", principal_fen=balance - 1, interest_fen=1),),
    )  # fmt: skip


@pytest.mark.rule("R-198")
def test_a_statement_that_does_not_add_up_is_not_made() -> None:
    assert statement(5, 20005, 20005).total_fen == 20005
    with pytest.raises(ValueError, match="add up in 2025"):
        statement(5, 20006, 20006)
    with pytest.raises(ValueError, match="balances by source"):
        statement(5, 20005, 20004)


# ---------------------------------------------------------------- certificates, slip, agreement
@pytest.mark.rule("R-101", "R-103")
def test_a_certificate_names_the_clerk_and_sums_the_years(text: dict[str, str]) -> None:
    holds(
        text["contribution_certificate"],
        "合计8年7,800.00200.00",
        "个人缴费合计7,800.00元，大写：柒仟捌佰元整",
        "经办人：石建国",
    )
    holds(text["participation_certificate"], "累计缴费年限15年", "参保状态正常缴费", "经办人：石建国")


def test_money_on_its_way_is_told_and_no_tax_voucher_pretended(text: dict[str, str]) -> None:
    holds(
        text["payment_slip"], "2026年11月20日还没有到账银行柜台", "本凭单不是税票", "11,000.10元大写：壹万壹仟元壹角整"
    )


@pytest.mark.rule("R-116")
def test_the_agreement_has_its_parties_duties_and_the_part_of_the_system(text: dict[str, str]) -> None:
    found = text["debit_agreement"]
    holds(
        found,
        "甲方（缴费人）",
        "乙方（银行机构）",
        "丙方（社保机构）",
        "一式三份",
        "按上表的顺序一个一个地扣",
        "重新签订协议",
    )
    holds(found, "协议登记日期2026年11月22日", "代办网点石桥支行营业部", "经办柜员0412田小禾", "年缴费标准（元）")


# ---------------------------------------------------------------- declarations and slips
@every_amount
@pytest.mark.rule("R-105")
async def test_words_say_what_the_digits_say(fen: int, words: str, printer: Printer) -> None:
    batch = msgspec.structs.replace(samples.BATCH, total_fen=fen)
    holds(
        "".join(pages_of(await printer.render("batch_declaration", batch))),
        f"应缴总金额{show(fen)}应缴总金额大写{words}",
    )
    slip = msgspec.structs.replace(samples.SLIP, amount_fen=fen)
    digits = f"￥{fen:03d}" if fen < 10**11 else f"￥{f'{fen}'}"
    holds("".join(pages_of(await printer.render("bank_slip", slip))), f"人民币（大写）{words}", digits)


@pytest.mark.rule("R-105")
@pytest.mark.parametrize(
    ("fen", "filled"),
    [
        (0, ["￥", "0", "0", "0"]),
        (5, ["￥", "0", "0", "5"]),
        (10000010, ["￥", *"10000010"]),
        (10**10 - 1, ["￥", *"9999999999"]),
        (10**10, ["￥1", *"0000000000"]),
        (10**12, ["￥100", *"0000000000"]),
    ],
)
def test_boxes_are_filled_from_the_right_and_closed_on_the_left(fen: int, filled: list[str]) -> None:
    assert boxes(fen) == [""] * (PLACES - len(filled)) + filled


def test_a_slip_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        boxes(-1)


def test_only_the_finance_bureaus_slip_has_no_people() -> None:
    assert "缴费人数" in to_html("bank_slip", samples.SLIP)
    assert "缴费人数" not in to_html("bank_slip", msgspec.structs.replace(samples.SLIP, people=None))


@pytest.mark.rule("R-160")
def test_an_adjustment_of_subsidies_only_declares_nothing_to_pay() -> None:
    html = to_html("adjustment_declaration", msgspec.structs.replace(samples.ADJUSTMENT, personal_fen=0, items=()))
    assert "<td>0.00</td>" in html
    assert "<td>零元整</td>" in html
    assert "缴费调整明细" not in html


def test_money_given_back_is_declared_as_negative(text: dict[str, str]) -> None:
    holds(text["adjustment_declaration"], "个人总金额-800.00应缴总金额大写负捌佰元整")


def test_a_declaration_of_assistance_sums_its_list(text: dict[str, str]) -> None:
    holds(
        text["collective_assistance_declaration"],
        "申报人次6",
        "应缴总金额600.15应缴总金额大写陆佰元壹角伍分",
        "合计（6人次）600.15",
    )


# ---------------------------------------------------------------- a pension
@pytest.mark.rule("R-222")
def test_a_determination_names_every_part_and_who_pays_it(text: dict[str, str]) -> None:
    found = text["determination_sheet"]
    holds(found, "基础养老金中央财政143.00", "个人账户养老金个人账户（个人缴费）1,001.00", "合计1,234.56")
    holds(found, "每月合计大写：壹仟贰佰叁拾肆元伍角陆分", "账号后四位4567")
    unsigned = to_html("determination_sheet", msgspec.structs.replace(samples.DETERMINED, signature=None))
    assert "以上标准我已经看过，同意" in unsigned
    with pytest.raises(ValueError, match="not the month"):
        msgspec.structs.replace(samples.DETERMINED, total_fen=123_457)


@pytest.mark.rule("R-229", "R-225")
def test_a_calculation_sheet_has_the_columns_of_the_annex_and_the_reckoning(text: dict[str, str]) -> None:
    found = text["calculation_sheet"]
    for title in ("困难级别", "户籍所在地", "缴费起始年月", "累计缴费年限", "个人账户累计储存额", "集体等其他补助", "政府代缴", "利息",
                  "领取养老金起始时间", "月养老金", "国家补贴", "加发补贴", "个人实缴部分", "缴费补贴部分", "补助部分"):  # fmt: skip
        holds(found, title)
    holds(found, "452.95143.0120.025.035.044.05196.0611.0724.5812.2931.80", "基础养老金合计177.15元，个人账户养老金合计275.80元")
    holds(found, "每月养老金缴费年限17年452.95元")
    for change in ({"balance_fen": 1}, {"pension_fen": 1}):
        with pytest.raises(ValueError, match="not the whole"):
            msgspec.structs.replace(samples.CALCULATED, **change)


# ---------------------------------------------------------------- sheets and lists
@pytest.mark.rule("R-411")
def test_the_estimate_sums_people_contributions_and_each_level(text: dict[str, str]) -> None:
    found = text["subsidy_estimate"]
    holds(
        found,
        "2026年10月城乡居民基本养老保险缴费补贴测算表",
        "第一档（200元）200.001007201,400.0030,210.0010.0520,140.00100.0050,460.05",
    )
    holds(found, "合计55070153,635,100.001,652,100.00552.751,101,400.001,000.002,755,052.75")


def test_the_yearly_part_of_a_land_loss_subsidy_is_named(text: dict[str, str]) -> None:
    holds(
        text["land_loss_declaration"],
        "3,000.00一次性",
        "3,000.01按年（第1年）",
        "合计（7人次）21,000.21",
        "大写：贰万壹仟元贰角壹分",
    )


@pytest.mark.rule("R-472")
def test_a_voucher_that_does_not_balance_is_not_made(text: dict[str, str]) -> None:
    holds(text["fund_voucher"], "合计100,000.10100,000.10", "合计大写：壹拾万元壹角整")
    with pytest.raises(ValueError, match="debit and credit"):
        msgspec.structs.replace(samples.VOUCHER, lines=samples.VOUCHER.lines[:2])


def test_the_interest_sheet_sums_both_ways(text: dict[str, str]) -> None:
    sums = [sum(line.amounts_fen[k] for line in samples.INTEREST.lines) for k in range(8)]
    holds(text["interest_sheet"], "合计80006" + "".join(show(fen) for fen in sums) + show(sum(sums)))
    holds(text["interest_sheet"], "柳湾镇20000", show(sum(samples.INTEREST.lines[0].amounts_fen)))
    with pytest.raises(ValueError, match="as many amounts"):
        msgspec.structs.replace(samples.INTEREST, funds=samples.INTEREST.funds[:7])


def test_a_list_whose_rows_do_not_fit_its_columns_is_not_made() -> None:
    with pytest.raises(ValueError, match="as long as the columns"):
        msgspec.structs.replace(samples.VILLAGE_LIST, rows=(("一",),))
    with pytest.raises(ValueError, match="as long as the columns"):
        msgspec.structs.replace(samples.VILLAGE_LIST, totals=("一",))
    with pytest.raises(ValueError, match="its code"):
        msgspec.structs.replace(samples.SCANNED_LIST, codes=("一",))
    assert samples.village(0).rows == ()


async def test_a_list_to_scan_has_a_code_for_each_row_and_goes_on_counting(printer: Printer) -> None:
    html = to_html("village_list", samples.SCANNED_LIST)
    assert html.count('class="qr"') == 12
    assert str(svg(samples.SCANNED_LIST.codes[11])) in html
    pages = pages_of(await printer.render("village_list", samples.SCANNED_LIST))
    assert "扫码报告" in pages[0]
    assert "201" in pages[0]
    assert "212" in pages[-1]
    assert 'class="qr"' not in to_html("village_list", samples.VILLAGE_LIST)


@pytest.mark.parametrize("people", [478, 500])
async def test_a_long_list_repeats_its_head_and_never_parts_total_and_signatures(people: int, printer: Printer) -> None:
    pages = pages_of(await printer.render("village_list", samples.village(people)))
    assert all("序号姓名身份证号码" in page for page in pages)
    assert [
        int(number) for page in pages for number in re.findall(r"\d{4}一组", page) for number in [number[:4]]
    ] == list(range(people))
    assert f"439901********{people - 1:04d}" in pages[-1]
    holds(pages[-1], f"合计{people}人", "制表人：田小禾", f"第{len(pages)}页共{len(pages)}页")
    assert sum("合计" in page for page in pages) == 1


@pytest.mark.rule("R-324")
def test_a_settlement_sheet_has_the_fields_of_the_annex_and_refuses_what_does_not_agree(text: dict[str, str]) -> None:
    holds(
        text["settlement_sheet"], "领取养老金起始时间", "个人账户应返还额", "其中：个人缴费余额", "多拨扣回额", "养老金补发金额", "返还合计",
        "叁仟柒佰伍拾捌元整",
    )  # fmt: skip
    with pytest.raises(ValueError, match="not what is left"):
        msgspec.structs.replace(samples.SETTLED, payable_fen=375801)
    with pytest.raises(ValueError, match="takers"):
        msgspec.structs.replace(samples.SETTLED, takers=samples.TAKERS[:1])


@pytest.mark.rule("R-348", "R-353", "R-356")
def test_papers_of_a_recovery_have_the_fields_of_the_annex_and_refuse_what_does_not_agree(text: dict[str, str]) -> None:
    holds(text["refund_registration"], "被稽核人身份证", "稽核类型", "退款来源地区", "退款原因", "叁佰柒拾伍元陆角整")
    holds(text["demand_notice"], "送达回执", "收件人签字", "送达人（两人）", "影像编号")
    with pytest.raises(ValueError, match="items are not the whole"):
        msgspec.structs.replace(samples.REFUNDED, amount_fen=37561)
    with pytest.raises(ValueError, match="instalments are not the whole"):
        msgspec.structs.replace(samples.REPAID, total_fen=37561)
    with pytest.raises(ValueError, match="principal"):
        msgspec.structs.replace(samples.HANDED_OVER, open_fen=31301)
