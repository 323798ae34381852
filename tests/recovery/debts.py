"""A debt of each kind, and the way of a payment."""

from datetime import date, datetime
from itertools import count

from db import engine
from domain import finance, verify
from domain.actor import Post
from domain.agency import recovery, recovery_money, recovery_notices
from domain.agency.recovery import Debtor
from domain.agency.recovery_money import Slip
from domain.finance import Slip as Receipt
from tests import make
from tests.contributions.ways import CASHIER
from tests.leaving import family
from tests.leaving.family import XU_XIAOYU
from tests.make import CHINA, COUNTY
from tests.payments import month as way

QIN_LAN = make.staff("秦岚", Post.COUNTY_AUDITOR, staff_id=131)
LU_PING = make.staff("陆平", Post.COUNTY_AUDITOR, staff_id=132)
AT = datetime(2027, 3, 1, 9, tzinfo=CHINA)
DAY = AT.date()
MONTHLY, ACCOUNT = 20923, 6623
_slips = count(1)


async def of_the_dead() -> int:
    """Three months were paid after a death, the account gave two of them, no funeral grant: the case."""
    person = await family.pensioner(personal=ACCOUNT * 2)
    for which, at in (
        (202612, way.AT),
        (202701, datetime(2027, 1, 10, 9, tzinfo=CHINA)),
        (202702, datetime(2027, 2, 10, 9, tzinfo=CHINA)),
    ):
        await family.month(which, at)
    await family.ended(person, date(2026, 11, 30), AT, claims_funeral=False)
    await recovery_money.follow(COUNTY, AT)
    return await newest()


async def of_the_living(held: int = 900000, **items: int) -> int:
    """Registered by hand; 秦岚 did it."""
    await family.pensioner(personal=held)
    number = way.pensioner(1).id_number
    return await recovery.register(
        COUNTY,
        number,
        "wrong_amount",
        items or {"basic_central": 30000, "interest": 60},
        "两个月按错误的标准发放",
        QIN_LAN,
        AT,
    )


async def verified(recovery_id: int) -> int:
    await recovery.verify(COUNTY, recovery_id, "和发放记录核对无误", LU_PING, AT, agrees=True)
    return recovery_id


async def noticed(recovery_id: int, deadline: date = date(2027, 3, 31)) -> int:
    await verified(recovery_id)
    await recovery_notices.give_notice(COUNTY, recovery_id, deadline, QIN_LAN, AT)
    return recovery_id


def heir(limit: int | None = None) -> Debtor:
    return Debtor(
        name=XU_XIAOYU.name, id_number=XU_XIAOYU.id_number, relation="3", limit_fen=limit, limit_note="继承存款，公证书"
    )


def slip(fen: int, **more: object) -> Slip:
    values = {"payer": "许小雨", "way": "bank", "slip_no": f"S{next(_slips)}", "paid_on": DAY} | more
    return Slip(amount_fen=fen, **values)  # type: ignore[arg-type]


async def registered(recovery_id: int, fen: int, at: datetime = AT, **more: object) -> int:
    return await recovery_money.register(COUNTY, recovery_id, slip(fen, **more), QIN_LAN, at)


async def paid(recovery_id: int, fen: int, at: datetime = AT, **more: object) -> int:
    """Registered, reviewed, received and booked; the document."""
    document = await registered(recovery_id, fen, at, **more)
    await recovery_money.review(COUNTY, document, LU_PING, at)
    await received(document, fen, at)
    await recovery_money.follow(COUNTY, at)
    return document


async def received(document: int, fen: int, at: datetime = AT) -> None:
    receipt = Receipt(
        account="income_account",
        bank="农商银行",
        slip_no=f"R{next(_slips)}",
        received_on=at.date(),
        amount_fen=fen,
        people=1,
    )
    await finance.register_receipt(COUNTY, receipt, document, CASHIER, at)


async def newest() -> int:
    return int(await engine.fetchval("select max(id) from recovery"))


async def row(recovery_id: int) -> dict[str, object]:
    found = await engine.fetchrow("select * from recovery where id = $1", recovery_id)
    assert found is not None
    return dict(found)


async def standing(recovery_id: int) -> tuple[str, int, int, int]:
    """(state, recovered, written off, open)."""
    found = await row(recovery_id)
    return found["state"], found["recovered_fen"], found["written_off_fen"], found["open_fen"]  # type: ignore[return-value]


async def owed_by_the_books() -> int:
    """What stands in suspense_paid."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from voucher_line where account = 'suspense_paid'"
    )
    return fen


async def agrees() -> None:
    """Item by item principal is what was recovered, written off and is open; the books say the same of all together
    (the first is a check of the verifier)."""
    report = await verify.county(COUNTY)
    assert report.clean, report.text()
    open_ = await engine.fetchval(
        "select coalesce(sum(open_fen), 0)::bigint from recovery where state not in ('withdrawn') and (state <> 'registered' or origin <> 'desk')"
    )
    assert await owed_by_the_books() == open_
