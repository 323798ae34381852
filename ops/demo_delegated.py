"""An allowance of another bureau in the demo county: its programme, a list with one line to mend, this month's payment waiting for the
money. Everything goes the way of everybody's."""

from datetime import datetime

from db.queries import delegated_lists as queries
from domain import months
from domain.actor import Actor
from domain.agency import delegated_lists, delegated_payments, delegated_programmes
from domain.agency.delegated_programmes import Programme
from domain.exchange import workbook
from ops.demo_benefits import PENSIONERS

OFFICER, SECOND = "方洁", "白云"
NAMES = ("贺小暑", "方小寒", "石小雪")


async def fill(county_code: int, staff: dict[str, Actor], at: datetime) -> None:
    officer, second, now = staff[OFFICER], staff[SECOND], months.month_of(at.date())
    programme_id = await delegated_programmes.open_programme(county_code, Programme(
        name="高龄津贴", principal="青禾县民政局", purpose="七十岁以上老人的津贴", from_month=months.after(now, -1), last_month=None,
        pay_day=20, document="样例数据，不是任何地方的标准",
    ), officer, at)  # fmt: skip
    (term,) = await queries.terms(county_code, programme_id)
    await delegated_programmes.decide_programme(county_code, term.id, second, at, approve=True)
    numbers = {each.name: each.number for each in PENSIONERS}
    rows = [[name, numbers[name], "新增", f"{now}", "100.00"] for name in NAMES]
    rows.append(["某某某", "439901195001010013", "新增", f"{now}", "100.00"])
    file = workbook.write([("名单", [list(delegated_lists.COLUMNS), *rows])])
    list_id = await delegated_lists.import_list(county_code, programme_id, f"样例名单{now}", file, officer, at)
    await delegated_lists.decide_list(county_code, list_id, second, at, approve=True)
    month_id = await delegated_payments.draft(county_code, programme_id, now, officer, at)
    await delegated_payments.review(county_code, month_id, second, at)
