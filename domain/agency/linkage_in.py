"""From the employee scheme (人社部发〔2014〕17号第六条、第七条; R-402, R-404): its account comes, its years are added, what was paid in
both for the same months goes back."""

from collections.abc import Mapping
from datetime import datetime

from db.engine import transaction
from db.queries import benefits as benefit_query
from db.queries import linkage as queries
from db.queries import refunds
from db.stores import cases, ledger, people, transfer_accounts
from db.stores import linkage as store
from db.stores.ledger import Entry
from db.stores.linkage import LinkageRow
from db.stores.transfers import Line
from domain import books as desk
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.linkage_writing import OFFICERS, document_of, held, log, tell, written
from domain.agency.refunds import Back, give_back
from domain.books import DocumentKind
from domain.errors import Problem, Refused
from domain.funds import Fund
from domain.ledger import Kind
from domain.money import show
from domain.rules import linkage as rule
from domain.rules import refund
from domain.transfers.writing import due_day, finish


async def answered(
    county_code: int, linkage_id: int, employee: Mapping[int, int], total_fen: int, by: Actor, at: datetime
) -> None:
    """《信息表》: months by year and the amount that follows (R-400: of all relations, gathered there first). Refused where it does
    not fit the conditions."""
    require_post(by, county_code, OFFICERS)
    if not employee:
        raise Refused(Problem("no-months", "请填写每年缴费的月数，例如2015:12 2016:5。", "months"))
    if sum(employee.values()) >= rule.ENOUGH_MONTHS:
        raise Refused(Problem("enough-years", "职工养老保险满15年的，不能转到城乡居民养老保险，请核对信息表。", "months"))
    if max(employee) > at.year:
        raise Refused(Problem("future", "年份不能晚于今年。", "months"))
    if total_fen <= 0:
        raise Refused(Problem("amount", "请填写信息表上个人账户的金额。", "amount"))
    async with transaction():
        row = await held(county_code, linkage_id, "asked")
        await store.add_months(county_code, row.id, employee)
        document = await document_of(row, DocumentKind.TRANSFER_IN, total_fen, f"制度衔接转入 {row.name} 从{row.agency}", by, at)
        due_on, provisional = await due_day(at.date(), rule.EACH_STEP_DAYS)
        await store.change(
            county_code, row.id, state="answered", employee_months=sum(employee.values()), total_fen=total_fen, document_id=document.id,
            due_on=due_on, provisional=provisional,
        )  # fmt: skip
        await log(row, "answered", f"{sum(employee.values())}个月 {show(total_fen)}", by, at)
        body = f"{row.agency}已经办理转出：缴费{rule.in_words(sum(employee.values()))}，个人账户{show(total_fen)}元。钱足额到账以后马上记入。"
        await tell(row, "职工养老保险已经转出", body, at)


async def cancel(county_code: int, linkage_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The employee scheme does not agree, or the person does not want it any more. Refused once money has come."""
    require_post(by, county_code, OFFICERS)
    reason = written(reason, "请写明为什么不办了，本人会看到。")
    async with transaction():
        row = await held(county_code, linkage_id, "asked", "answered")
        if row.document_id is not None:
            await desk.cancel(county_code, row.document_id, reason, by, at)
        await store.change(county_code, row.id, state="cancelled", reason=reason, closed_at=at)
        await log(row, "cancelled", reason, by, at)
        await tell(row, "制度衔接没有办成", f"原因：{reason}。两边的关系和钱都还在原来的地方，没有变。", at)


async def arrived(row: LinkageRow, by: Actor, at: datetime) -> None:
    """Refused until the full amount is there; then it is booked, the overlap goes back and the years are added (R-402, R-404)."""
    county, on = row.county_code, at.date()
    assert row.document_id is not None and row.total_fen is not None
    document, place = await desk.begin_booking(county, row.document_id, on)
    person = await people.read(county, row.person_id, lock=True)
    assert person is not None
    entry = Entry(account_id=row.account_id, kind=Kind.LINKAGE_IN, value_on=on, amounts={Fund.PERSONAL: row.total_fen})
    await ledger.post(county, document.id, on, [entry])
    await finish(document, {place: row.total_fen, "transfer_income": -row.total_fen}, by, at)
    employee = await queries.months(county, row.id)
    here = [year.year for year in await benefit_query.counted_years(county, row.account_id)]
    back = await _give_back(row, rule.overlap(here, employee), by, at)
    together = rule.years(here, employee)
    lines = [Line(line_no=n, year=year, kind="contribution", counts=True, amounts=dict.fromkeys(Fund, 0))
             for n, year in enumerate(together.added, start=1)]  # fmt: skip
    await transfer_accounts.record_years(county, row.account_id, lines, person.household_type, on, joined=True)
    count = len(here) + len(together.added)
    await store.change(
        county, row.id, state="booked", years_here=len(here), years_after=count, rest_months=together.months, refund_fen=back, closed_at=at
    )
    await log(row, "booked", f"{show(row.total_fen)} {count}", by, at)
    rest = f"，另有{together.months}个月不满一年" if together.months else ""
    refunded = f"两边重复缴费的月份，退回个人缴费和集体补助{show(back)}元。" if back else ""
    body = f"职工养老保险个人账户的{show(row.total_fen)}元已经记入您的账户，缴费年限合计{count}年{rest}。{refunded}"
    await tell(row, "职工养老保险已经转来", body, at)


async def _give_back(row: LinkageRow, overlap: Mapping[int, int], by: Actor, at: datetime) -> int:
    """Own contributions and assistance of the months paid twice, to the person's own account; the year stays one of his years,
    because the employee scheme paid it. What was refunded before is not refunded again. Returns the 分."""
    case = await cases.read(row.county_code, row.case_id)
    assert case is not None, "a linkage comes from a case"
    total = 0
    for year, count in overlap.items():
        paid = await refunds.paid_year(row.county_code, row.account_id, year)
        amounts = {} if paid.overlap_refunded else refund.overlap({fund: max(paid.booked[fund], 0) for fund in refund.RETURNED}, count)
        if not amounts:
            continue
        await give_back(row.county_code, Back(
            account_id=row.account_id, name=row.name, id_index=row.id_index, year=year, amounts=amounts, reverses=None, counts=True,
            source=paid.document_id, payee=case.answers["payee"], bank=case.answers["bank"],
            bank_account=case.answers["bank_account"], case_id=row.case_id,
        ), by, at)  # fmt: skip
        total += sum(amounts.values())
    return total
