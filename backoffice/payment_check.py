"""支付核对: what the banks were sent beside what they said, and who should be paid a month beside who was (规程第二十九条)."""

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from backoffice.payments import PAGE_SIZE, READERS, STATES
from backoffice.viewer import AnyRequest, actor_of, number
from db.queries import payment_check as queries
from db.queries import payments as plan_queries
from db.queries.payments import PlanRow
from domain.errors import NotFound
from domain.exchange import workbook
from domain.money import show
from domain.rules.imprisonment import RULES
from web.guards import post_required
from web.pages import download, page

STOPPING = [situation.value for situation, rule in RULES.items() if not rule.pays]
SIDES = {"unpaid": "应发没有发的", "unowed": "发了不应发的"}
WHY = {
    "left_out": "没有列入这个月", "failed": "银行没有发成", "void": "不再重发，下次补", "no_standard": "没有待遇标准",
    "confirmed_later": "计划编好以后才确认，下次补", "changed_later": "计划编好以后有变动，下次补",
    "unexplained": "查不到原因，请联系技术人员", "not_confirmed": "待遇没有确认", "ended": "待遇已经终止",
    "before_first": "还没有到开始发的月份", "stopped": "这个月停发",
}  # fmt: skip
ROWS = 100_000  # of a sheet to take away
readers = post_required(*READERS)


async def _found(request: AnyRequest, plan_id: int) -> PlanRow:
    """NotFound for a draft too: it has paid nobody yet."""
    found = await plan_queries.plan(actor_of(request).scope.county_code, plan_id)
    if found is None or found.state in ("draft", "cancelled"):
        raise NotFound
    return found


@get("/payments/{plan_id:int}/check", guards=[readers])
async def check(request: AnyRequest, plan_id: FromPath[int]) -> Template:
    plan, county = await _found(request, plan_id), actor_of(request).scope.county_code
    side, after = str(request.query_params.get("side", "")), number(request.query_params, "after") or 0
    side = side if side in SIDES else "unpaid"
    rows = await queries.differences(county, plan_id, STOPPING, side, after=after, limit=PAGE_SIZE + 1)
    here = f"/payments/{plan_id}/check?side={side}"
    return page(
        request, "payments/check.html", page_title=f"支付核对 {plan.month}", p=plan, states=STATES, files=await queries.files(county, plan_id),
        totals={each: await queries.totals(county, plan_id, STOPPING, each) for each in SIDES}, sides=SIDES, side=side, why=WHY,
        rows=rows[:PAGE_SIZE], first_url=here if after else None,
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].person_id}" if len(rows) > PAGE_SIZE else None,
    )  # fmt: skip


@get("/payments/{plan_id:int}/check.xlsx", guards=[readers])
async def sheet(request: AnyRequest, plan_id: FromPath[int]) -> Response[bytes]:
    plan, county = await _found(request, plan_id), actor_of(request).scope.county_code
    head = [
        "银行",
        "文件",
        "发出笔数",
        "发出金额（元）",
        "成功笔数",
        "成功金额（元）",
        "失败笔数",
        "失败金额（元）",
        "没有回的笔数",
        "没有回的金额（元）",
    ]
    banks = [
        [f.bank, f.file_name, f"{f.rows}", show(f.fen), f"{f.paid}", show(f.paid_fen), f"{f.failed}", show(f.failed_fen),
         f"{f.missing}", show(f.missing_fen)] for f in await queries.files(county, plan_id)
    ]  # fmt: skip
    sheets = [("银行文件", [head, *banks])]
    for side, title in SIDES.items():
        rows = await queries.differences(county, plan_id, STOPPING, side, limit=ROWS)
        people = [[f"{row.person_id}", row.name, show(row.fen), WHY[row.why], row.note] for row in rows]
        sheets.append((title, [["人员编号", "姓名", "金额（元）", "原因", "说明"], *people]))
    return download(workbook.write(sheets), f"check-{plan.month}.xlsx")


ROUTES = [check, sheet]
