"""Something on the desks of contributions: a list of a special group, a sheet to approve, money nobody owns, assistance, an award.

Everything goes the way of everybody's, through the same functions and with the same people.
"""

from datetime import date, datetime, timedelta

from db.engine import transaction
from db.queries import accounts
from db.queries import people as people_query
from db.stores import benefits, reference
from db.stores import people as people_store
from db.stores.benefits import NewAccount, NewBenefit, NewStandard
from db.stores.books import NewDocument
from db.stores.reference import ParameterWrite
from domain import books, contributions, months
from domain.actor import Actor
from domain.agency import batch_import, collective_assistance, land_loss, special_groups, worker
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.exchange import workbook

COLLECTOR, TOWNSHIP, DETERMINER = "周会", "赵敏", "林静"
DOCUMENT = "样例数据，不是任何地方的标准"
# 低保对象 of rural households: of the tier of 300 yuan they pay 200, government pays 100.
RULE = {"personal": "200.00", "province": "35.00", "city": "5.00", "county": "10.00", "government_paid": "100.00"}


async def fill(county_code: int, numbers: dict[str, str], staff: dict[str, Actor], at: datetime) -> None:
    """`numbers`: ID numbers by name."""
    await _special_group(county_code, numbers, staff[COLLECTOR], at)
    await _sheet(county_code, numbers, staff[TOWNSHIP], at)
    await _tax_day(county_code, numbers, at)
    await _assistance(county_code, numbers, staff[TOWNSHIP], at)
    await _award(county_code, numbers, staff[COLLECTOR], at)
    await _pensioner(county_code, numbers, staff[DETERMINER], at)


async def _special_group(county_code: int, numbers: dict[str, str], by: Actor, at: datetime) -> None:
    since = date(2020, 1, 1)
    rows = [ParameterWrite("contribution_rule", f"061/20/300/{item}", value, since, since, DOCUMENT) for item, value in RULE.items()]
    async with transaction():
        await reference.add_parameters(
            county_code, rows, verified=False, proposed_by="样例数据录入", confirmed_by="样例数据复核", at=at
        )
    name, begun = "高秋分", f"{at.year}-01-01"
    file = workbook.write([("名单", [list(special_groups.COLUMNS), [name, numbers[name], "061", begun]])])
    await special_groups.import_list(county_code, "civil_affairs", f"MZ-{at.year}-1", file, full=True, by=by, at=at)


async def _sheet(county_code: int, numbers: dict[str, str], by: Actor, at: datetime) -> None:
    """Two rows that can be used and one with a slip of the hand; waits for the county."""
    rows = [
        [batch_import.BUSINESS, name, numbers[name], f"{at.year}", amount]
        for name, amount in (("李谷雨", "300.00"), ("梁寒露", "200.00"), ("高秋分", "200.05"))
    ]
    header = batch_import.Header(
        organisation="柳湾镇社会保障事务所", declared_by="赵敏", declared_by_id="439901198001010015", bank="青禾农商行"
    )
    file = workbook.write([("批量缴费表", [list(batch_import.COLUMNS), *rows])])
    document = await batch_import.take_in(county_code, file, "柳湾镇批量缴费.xlsx", header, by, at)
    await batch_import.declare(county_code, document, by, at)


async def _tax_day(county_code: int, numbers: dict[str, str], at: datetime) -> None:
    """A day of the tax bureau, with somebody whom nobody knows."""
    day, by = at.date() - timedelta(days=1), worker(county_code)
    payments = [
        Paid(line_no=line, name=name, id_number=number, id_index=people_query.id_index_of(number), year=day.year, amount_fen=fen,
             value_on=day, external_no=f"DEMO-{line}")
        for line, (name, number, fen) in enumerate(
            (("刘㐂梅", numbers["刘㐂梅"], 50000), ("刘某某", "439901197001010011", 20000)), start=2
        )
    ]  # fmt: skip
    new = NewDocument(
        kind=DocumentKind.TAX_DETAIL, business_on=day, region_code=f"{county_code}", partner="tax",
        external_no="demo-day", title=f"税务缴费明细 {day}（样例）",
    )  # fmt: skip
    document = await contributions.take_in(county_code, new, payments, by, at)
    async with transaction():
        await books.take_over(county_code, document, by, at)
    await contributions.book(county_code, document, by, at)


async def _assistance(county_code: int, numbers: dict[str, str], by: Actor, at: datetime) -> None:
    name = "李谷雨"
    file = workbook.write([("集体补助明细", [list(collective_assistance.COLUMNS), [name, numbers[name], "2025", "120.00"]])])
    header = collective_assistance.Header(
        giver="东坪村股份经济合作社", giver_kind="village", minutes=f"{at.year}年第1次村民会议记录", declared_by="赵敏",
        declared_by_id="439901198001010015", bank="青禾农商行", received_on=at.date(),
    )  # fmt: skip
    await collective_assistance.take_in(county_code, file, "东坪村集体补助.xlsx", header, by, at)


async def _award(county_code: int, numbers: dict[str, str], by: Actor, at: datetime) -> None:
    name = "梁寒露"
    columns = [*land_loss.COLUMNS, land_loss.YEARS]
    file = workbook.write([("被征地农民名单", [columns, [name, numbers[name], "30000.00", "按年", "2024-06-30", "15"]])])
    await land_loss.import_awards(county_code, file, "青人社发〔2024〕9号（样例）", by, at)


async def _pensioner(county_code: int, numbers: dict[str, str], by: Actor, at: datetime) -> None:
    """Somebody who has drawn for years: taken over from an older system, paid by the next plan."""
    name = "郑霜降"
    found = await people_store.find(people_query.id_index_of(numbers[name]))
    account = await accounts.account_of(county_code, found[1]) if found else None
    if found is None or account is None:
        return
    person_id, before = found[1], months.after(months.month_of(at.date()), -1)
    async with transaction():
        await benefits.add_benefit(county_code, NewBenefit(
            person_id=person_id, account_id=account.id, case_id=None, eligible_on=date(2015, 10, 23), first_month=201511, years=5,
            certified_month=before, paid_until=before,
        ), at)  # fmt: skip
        await benefits.add_standard(county_code, NewStandard(
            person_id=person_id, from_month=201511, reason="opening", document=DOCUMENT,
            amounts={"basic_central": 14300, "basic_province": 2000, "basic_city": 500, "basic_county": 500, "age_county": 500},
        ), by.id, by.name, at)  # fmt: skip
        await benefits.confirm(county_code, person_id, "counter", by.id, by.name, at)
        await benefits.set_account(county_code, NewAccount(
            person_id=person_id, kind="social_card", bank="青禾农商行", holder_name=name, number="6299010000000000018", origin="import",
        ), at)  # fmt: skip
