"""What is settled after a deregistration, on the applicant's page of the case: nothing before the promise is given and the cause
confirmed (规程第三十八条), then what it would be, then what it was and where the money is."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db.queries import leaving, leaving_family
from db.queries.leaving import SettlementView
from db.queries.leaving_family import Share
from db.queries.portal import CaseRow
from domain import months
from domain.agency import settlement_desk
from domain.case.examination import read_payload, subject_of
from domain.case.notices import day
from domain.case.status import UNDECIDED, Status
from domain.items import deregistration
from domain.money import show
from domain.rules.settlement import Cause, shares
from domain.settlement import Trial

SHOWN = UNDECIDED | {Status.APPROVED, Status.EFFECTED, Status.ARCHIVED}


class Line(Struct, frozen=True):
    """`amount`: signed, in words."""

    title: str
    amount: str
    text: str


class Taker(Struct, frozen=True):
    """`url`: where the viewer names the account."""

    name: str
    amount: str
    text: str
    tone: str = "info"
    url: str = ""


class Sheet(Struct, frozen=True, kw_only=True):
    """One settlement. `title` empty where there is only one. `url`: of the PDF."""

    title: str = ""
    lines: list[Line]
    total: str
    takers: list[Taker]
    url: str = ""


class View(Struct, frozen=True, kw_only=True):
    """`note`: in place of figures, or above them. `taken_back`: by a later, reviewed case."""

    note: str
    sheets: list[Sheet]
    taken_back: bool = False


async def of_case(case: CaseRow, indexes: Sequence[bytes], on: date) -> View | None:
    """`indexes`: the viewer's numbers. None for other business, and for what came to nothing."""
    if case.item != deregistration.ITEM.code or Status(case.status) not in SHOWN:
        return None
    if Status(case.status) in UNDECIDED:
        return await _expected(case, on)
    found = [
        await leaving.settlement(case.county_code, each)
        for each in await leaving_family.of_case(case.county_code, case.id)
    ]
    rows = [each for each in found if each is not None]
    if any(each.state == "reversed" for each in rows):
        return View(note="", sheets=[], taken_back=True)
    sheets = [await _booked(case, each, indexes, len(rows) > 1) for each in rows if each.state == "booked"]
    waits = any(each.state == "waiting" for each in rows)
    note = "还有一笔养老金正在银行发放，银行有了结果就自动结算，不用您再跑。" if waits else ""
    return View(note=note, sheets=sheets) if note or sheets else None


async def _expected(case: CaseRow, on: date) -> View:
    ask = read_payload(deregistration.ITEM, case.answers)
    facts = await deregistration.gather(ask, subject_of(case), on)
    if facts.person is None or not (deregistration.confirmed(ask, facts) or facts.verification):
        return View(note="我们正在核对。核对好以后，这里会写明有多少钱、怎样算的。不用您去开任何证明。", sheets=[])
    if facts.found is None:
        return View(note="已经核对好了。账户还要先清理，结算以后这里会写明有多少钱。", sheets=[])
    found, names = facts.found, [each.name for each in ask.receivers]
    parts = shares(found.offset.payable, [each.share_percent for each in ask.receivers]) if names else []
    takers = [Taker(name, f"{show(fen)}元", "审核通过以后付") for name, fen in zip(names, parts, strict=True) if fen]
    sheet = Sheet(
        lines=_lines(_of_trial(found), case), total=_total(found.offset.payable, found.offset.recover), takers=takers
    )
    return View(note=f"已经核对好了。如果今天结算，是下面这样；最后以结算单为准。{_under_way(found)}", sheets=[sheet])


def _under_way(found: Trial) -> str:
    return f"还有{show(found.under_way)}元正在银行发放，有了结果才结算。" if found.under_way else ""


async def _booked(case: CaseRow, found: SettlementView, indexes: Sequence[bytes], several: bool) -> Sheet:
    mine = await settlement_desk.lines_of(case.county_code, found.id, indexes)
    rows = await leaving_family.shares_of_settlement(case.county_code, found.id)
    each_month = await leaving.settled_months(case.county_code, found.id)
    figures = Figures(
        cause=Cause(found.cause), first=found.kind == "settlement", returned=sum(found.returned.values()), kept=sum(found.kept.values()),
        restored=found.restored_fen, arrears=found.arrears_fen, funeral=found.funeral_fen, overpaid=found.overpaid_fen,
        off=(found.from_account_fen, found.from_funeral_fen, found.from_arrears_fen),
        owed=[each.due_month for each in each_month if each.kind == "arrears"],
        wrong=[each.due_month for each in each_month if each.kind == "overpaid"],
    )  # fmt: skip
    made = (
        f"{day(found.settled_on)}{'结算' if found.kind == 'settlement' else '补充结算'}"
        if several and found.settled_on
        else ""
    )
    return Sheet(
        title=made, lines=_lines(figures, case), total=_total(found.payable_fen, found.recover_fen),
        takers=[taker(each, mine=each.line_no in mine) for each in rows], url=f"/cases/{case.id}/settlements/{found.id}",
    )  # fmt: skip


# ------------------------------------------------------------------ words


class Figures(Struct, frozen=True, kw_only=True):
    """分. `first`: not a supplement. `off`: taken from account, funeral grant, arrears. `owed`, `wrong`: months."""

    cause: Cause
    first: bool
    returned: int
    kept: int
    restored: int
    arrears: int
    funeral: int
    overpaid: int
    off: tuple[int, int, int]
    owed: list[int]
    wrong: list[int]


def _of_trial(found: Trial) -> Figures:
    off = found.offset
    return Figures(
        cause=found.cause, first=True, returned=found.returned_fen, kept=sum(found.kept.values()), restored=found.restored_fen,
        arrears=found.arrears, funeral=found.funeral, overpaid=found.overpaid, off=(off.from_account, off.from_funeral, off.from_arrears),
        owed=[each.due_month for each in found.months if each.total_fen > 0],
        wrong=[each.due_month for each in found.months if each.total_fen < 0],
    )  # fmt: skip


def _lines(v: Figures, case: CaseRow) -> list[Line]:
    account = "自己缴的、集体和政府补的，连同利息" + (
        f"。政府补贴{show(v.kept)}元按规定留在基金，不返还" if v.kept else ""
    )
    if v.restored:
        account += f"。多发的养老金里有{show(v.restored)}元是从账户出的，已经先放回来"
    lines = [Line("账户里的钱", f"{show(v.returned)}元", account)] if v.returned or v.kept else []
    if v.arrears:
        lines.append(Line("没有领到的养老金", f"{show(v.arrears)}元", _months(v.owed)))
    if v.funeral:
        lines.append(Line("丧葬补助金", f"{show(v.funeral)}元", "按县里的标准，一次付清"))
    elif v.first and v.cause is Cause.DEATH:
        elsewhere = case.answers.get("funeral") == "elsewhere"
        lines.append(Line("丧葬补助金", "没有", "您写明在别处领" if elsewhere else "按县里的规定，这次没有"))
    if v.overpaid:
        of = zip(("账户", "丧葬补助金", "没有领到的养老金"), v.off, strict=True)
        taken = "、".join(f"{title}{show(fen)}元" for title, fen in of if fen)
        text = f"{_months(v.wrong)}不应当发，已经发到卡上" + (f"，这样扣回：{taken}" if taken else "")
        lines.append(Line("多发的养老金", f"减{show(v.overpaid)}元", text))
    return lines


def _months(each: list[int]) -> str:
    if len(each) > 2 and each[-1] == months.after(each[0], len(each) - 1):
        return f"{months.in_words(each[0])}到{months.in_words(each[-1])}"
    return "、".join(months.in_words(month) for month in each) or "以前"


def _total(payable: int, recover: int) -> str:
    return f"还要退还{show(recover)}元。怎样退，另外通知您，可以分期" if recover else f"一共付{show(payable)}元"


def taker(share: Share, *, mine: bool) -> Taker:
    where = f"{share.bank}尾号{share.tail}的账户"
    text, tone = {
        "waiting": (f"等财务付到{where}", "info"),
        "sent": (f"已经送银行，付到{where}", "info"),
        "paid": (f"{day(share.paid_on)}已经付到{where}" if share.paid_on else "已经付了", "good"),
        "failed": (f"没有付成：{share.reason}。换一个账户，马上再付", "bad"),
        "cancelled": ("已经取消", "neutral"),
    }.get(share.state or "", ("还没有收款账户，钱先留着，随时可以领", "warn"))
    if share.needs_account and not mine:
        text += f"。请{share.guardian_name or share.name}登录填写，或者带身份证到窗口登记"
    name = f"{share.name}（{share.guardian_name}代领）" if share.guardian_name else share.name or "还没有人来领"
    url = f"/leaving/shares/{share.settlement_id}/{share.line_no}" if share.needs_account and mine else ""
    return Taker(name, f"{show(share.amount_fen)}元", text, tone, url)
