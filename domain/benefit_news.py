"""What pensioners are told many at a time: what an increase brings them, and that a standard still waits for their yes."""

from datetime import datetime, timedelta

from db.engine import transaction
from db.stores import benefit_news as store
from db.stores import messages
from db.stores.benefit_news import Rise
from domain import months
from domain.money import show
from domain.runs.payment_month import next_pay

RISEN = "养老金标准有调整"
# Days without a yes: within the time in which the determination was owed (规程第二十四条), after two weeks, and before a month is
# over. Nothing is paid until then.
SILENT_DAYS = (5, 15, 30)
ASKED = "请确认您的养老金标准"
CHUNK = 1_000
EVERYWHERE = ("0", "a")


async def tell_risen(
    county_code: int, run_id: int | None, document: str, at: datetime, regions: tuple[str, str] = EVERYWHERE
) -> int:
    """In the caller's transaction: everybody whose standard a run has raised, or, without a run, whose age supplement was found at
    this moment, reads from when it is how much more, and with which payment the months come that were planned at the old
    one."""
    month, _ = await next_pay(county_code, at.date())
    said = {
        rise: _risen(rise, document, month) for rise in await store.rises(county_code, run_id, at, regions[0], regions[1])
    }  # fmt: skip
    return await store.tell_risen(county_code, run_id, at, *regions, RISEN, said) if said else 0


def _risen(rise: Rise, document: str, month: int) -> str:
    how = "增加" if rise.more_fen > 0 else "减少"
    late = "少发的补发" if rise.more_fen > 0 else "多发的扣回"
    planned = f"以前几个月{late}，和{months.in_words(month)}的养老金一起算。" if rise.planned else ""
    because = f"（{document}）" if document else ""
    return (
        f"从{months.in_words(rise.from_month)}起，您的养老金每月{how}{show(abs(rise.more_fen))}元{because}。{planned}"
        "现在每月一共多少，请看“我的养老金”。"
    )


async def remind_silent(county_code: int, at: datetime) -> int:
    """The worker's round: each of the reminders once; one that was missed is not sent beside the next. Returns how many were
    reminded."""
    count = 0
    for number, days in enumerate(SILENT_DAYS, start=1):
        following = SILENT_DAYS[number] if number < len(SILENT_DAYS) else None
        told_after = at - timedelta(days=following) if following else at.replace(year=1900)
        count += await _remind(county_code, told_after, at - timedelta(days=days), f"{ASKED}（第{number}次提醒）", at)
    return count


async def _remind(county_code: int, told_after: datetime, told_until: datetime, title: str, at: datetime) -> int:
    count = 0
    while True:
        async with transaction():
            people = await store.silent(county_code, told_after, told_until, title, CHUNK)
            for each in people:
                what = (
                    "您确认以前，照原来的标准发。"
                    if each.corrected
                    else f"每月{show(each.total_fen)}元，您确认以前不能发。"
                )
                body = (
                    f"您的养老金标准已经{'重新' if each.corrected else ''}核定，还没有确认。{what}请登录“我的养老金”核对确认，"
                    "也可以请村协办员帮忙，或者带身份证到任一窗口。觉得算得不对的，可以申请核查。"
                )
                await messages.tell(
                    county_code=county_code, recipient_index=each.id_index, case_id=None, title=title, body=body, at=at, phone=each.phone
                )  # fmt: skip
        count += len(people)
        if len(people) < CHUNK:
            return count
