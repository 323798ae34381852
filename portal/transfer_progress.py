"""关系转到哪里了 (规程第四十五条; R-389): the part of a case's page that begins when its letter has gone."""

from msgspec import Struct

from db.queries import linkage
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
    if case.item == "scheme_linkage":
        return await _linkage(case)
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


async def _linkage(case: CaseRow) -> Progress | None:
    """制度衔接: three steps of 15 working days (R-403)."""
    row = await linkage.of_case(case.county_code, case.id)
    if row is None:
        return None
    money = f"{show(row.total_fen)}元" if row.total_fen is not None else ""
    by = f"最晚{day(row.due_on)}"
    closed = day(row.closed_at.date()) if row.closed_at else ""
    if row.direction == "to_employee":
        paid = row.payment_document_id is not None or not row.total_fen
        steps: list[Row] = [
            ("本县结清账户，发出信息表", f"{day(row.asked_on)}，{money}", "done"),
            (f"钱付给{row.agency}", "", "done" if paid else "now"),
            ("并入职工养老保险", closed or by, "done" if closed else "now" if paid else "todo"),
        ]
    else:
        answered = row.total_fen is not None
        steps = [
            ("联系函已经发出", f"{day(row.asked_on)}，发给{row.agency}", "done"),
            ("职工养老保险结清账户，同意转出", money or by, "done" if answered else "now"),
            ("钱足额到账，记到您的账户", closed or (by if answered else ""), "done" if closed else "now" if answered else "todo"),
        ]
    if row.state == "cancelled":
        done = [step for step in steps if step[2] == "done"][:1]
        return Progress([*done, ("没有办成", row.reason, "bad")], "没有办成", "warn", "两边的关系和钱都还在原来的地方，没有变。")
    if row.state == "finished":
        return Progress(steps, "已经转好", "good", "账户里的钱已经并入职工养老保险，以后在那边申请养老金。")
    if row.state == "booked":
        rest = f"，另有{row.rest_months}个月不满一年" if row.rest_months else ""
        return Progress(steps, "已经转好", "good", f"缴费年限合计{row.years_after}年{rest}，可以在“我的账户”里核对。")
    return Progress(steps, "正在衔接", "info", BY_CODE[case.item].result)
