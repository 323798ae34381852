"""关系转到哪里了 (规程第四十五条; R-389): the part of a case's page that begins when its letter has gone."""

from msgspec import Struct

from db.queries import transfers as queries
from db.queries.portal import CaseRow
from domain.case.notices import day
from domain.items import BY_CODE
from domain.money import show

Row = tuple[str, str, str]  # title, text, done / now / todo / bad
ENDED = {"refused": "转出地没有同意", "cancelled": "核对有误，已经取消", "lapsed": "转出地没有按时答复，我们会重新发函"}


class Progress(Struct, frozen=True):
    """`title`, `tone` and `words` stand where other business says that it is done."""

    steps: list[Row]
    title: str
    tone: str
    words: str


async def of_case(case: CaseRow) -> Progress | None:
    """None for other business, and before the letter."""
    row = await queries.of_case(case.county_code, case.id) if case.item in ("transfer_in", "transfer_out") else None
    if row is None:
        return None
    if row.direction == "out":
        steps: list[Row] = [
            ("收到转入地的接收函", row.other_name, "done"),
            ("本县结清账户，转出", day(row.out_on) if row.out_on else "", "done" if row.out_on else "now"),
            ("转入地记到您的账户", day(row.booked_on) if row.booked_on else "", "done" if row.booked_on else "todo"),
        ]
    else:
        answered, booked = row.out_on is not None, row.booked_on
        money = f"{row.form['years']}年，{show(row.total_fen or 0)}元" if answered else ""
        wait = "等钱足额到账" if row.money == "cash" else "等我们核对"
        steps = [
            ("接收函已经发出", f"{day(row.sent_on)}，发给{row.other_name}", "done"),
            ("转出地结清账户，同意转出", money or f"最晚{day(row.valid_until)}", "done" if answered else "now"),
            ("记到您的账户", day(booked) if booked else wait if answered else "", "done" if booked else "now" if answered else "todo"),
        ]
    if row.state in ENDED:
        steps = [step for step in steps if step[2] == "done"] + [(ENDED[row.state], row.reason, "bad")]
        words = "" if row.state == "lapsed" else "关系和钱都还在原来的地方，没有变。"
        return Progress(steps, ENDED[row.state], "warn", words)
    if row.state in ("booked", "finished"):
        return Progress(steps, "已经转好", "good", "缴费年限和账户里的钱已经记到转入地，可以在“我的账户”里逐年核对。")
    return Progress(steps, "正在转移", "info", BY_CODE[case.item].result)
