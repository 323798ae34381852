"""特殊缴费 (规程第十三条、第十四条; R-491, R-492): what we determine and the tax bureau collects, and what it tells of it.

The bureau's feedback is compared with our determination to the letter. What agrees is booked like any payment; what does not
is money all the same and waits for a clerk, who says whose it is or gives it back.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import people as people_query
from db.stores import contributions as years
from db.stores import exchange as store
from db.stores import messages
from db.stores.books import NewLine
from domain import books
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.contribution_lines import WAYS, LineRules, Paid, problem_of
from domain.contributions import COLLECTION
from domain.errors import Problem, Refused
from domain.exchange import tax
from domain.exchange.envelope import AGENCY, Header
from domain.exchange.tax import TAX, Item, SpecialContributionBooked, SpecialContributionDetermination

KIND = "special_contribution_determination"


class Determination(Struct, frozen=True, kw_only=True):
    """What a clerk determined: always 个人缴费, such as a missed year (规程第十二条)."""

    name: str
    id_number: str
    year: int
    amount_fen: int
    reason: str
    pay_by_on: date | None = None


async def determine(county_code: int, asked: Determination, by: Actor, at: datetime) -> str:
    """Queues a determination for the tax bureau; returns its number. Refused when the person could not pay this anyway."""
    require_post(by, county_code, COLLECTION)
    if len(asked.reason.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明为什么要核定这笔缴费。", "reason"))
    if asked.pay_by_on and asked.pay_by_on < at.date():
        raise Refused(Problem("past", "缴费期限不能早于今天。", "pay_by_on"))
    rules = LineRules(await snapshot(county_code), at.date())
    paid = Paid(line_no=1, name=asked.name, id_number=asked.id_number, id_index=people_query.id_index_of(asked.id_number),
                year=asked.year, amount_fen=asked.amount_fen, value_on=at.date())  # fmt: skip
    (known,) = await years.facts(county_code, [paid.id_index], [asked.year])
    if problem := problem_of(paid, known, WAYS[DocumentKind.AGENCY_BATCH], rules, county_code):
        raise Refused(problem)
    async with transaction():
        await store.lock_partner(county_code, TAX)
        prefix = f"HD{at:%Y%m%d}"
        number = f"{prefix}{await store.determined(county_code, prefix) + 1:04d}"
        row = SpecialContributionDetermination(
            determination_no=number, social_security_no=asked.id_number, name=asked.name, year=asked.year, item=Item.PERSONAL,
            amount_fen=asked.amount_fen, reason=asked.reason.strip(), pay_by_on=asked.pay_by_on,
        )  # fmt: skip
        header = Header(type=KIND, sender=AGENCY, county_code=county_code, sequence=1, business_on=at.date())
        tax.encode(header, [row])  # refused now, with the field, not when its file is made
        await messages.queue_exchange(county_code, TAX, KIND, msgspec.to_builtins(row), None, at, number)
        await books.log(county_code, at, by, "special_contribution.determined", 0, number, "exchange_message")
    return number


async def compare(county_code: int, rows: Sequence[SpecialContributionBooked]) -> tuple[list[Paid], list[NewLine]]:
    """What agrees with our determinations, and what does not with why. Inside the caller's transaction."""
    paid: list[Paid] = []
    others: list[NewLine] = []
    for line, row in enumerate(rows, start=2):
        index = people_query.id_index_of(row.social_security_no)
        if wrong := await _disagreement(county_code, row):
            others.append(NewLine(
                line_no=line, state="exception", reason_code="determination", reason=wrong, name=row.name, id_index=index,
                id_number=row.social_security_no, year=row.year, amount_fen=row.amount_fen, value_on=row.treasury_on,
                external_no=row.voucher_no,
            ))  # fmt: skip
        else:
            paid.append(Paid(line_no=line, name=row.name, id_number=row.social_security_no, id_index=index, year=row.year,
                             amount_fen=row.amount_fen, value_on=row.treasury_on, external_no=row.voucher_no))  # fmt: skip
    return paid, others


async def _disagreement(county_code: int, row: SpecialContributionBooked) -> str:
    """Empty when it is just what we determined, which is fulfilled by it."""
    found = await store.determination(county_code, row.determination_no)
    if found is None:
        return f"核定编号{row.determination_no}不是我们发出的，或者已经反馈过。"
    ours = msgspec.convert(found.body, SpecialContributionDetermination)
    same = {"social_security_no": "证件号码", "name": "姓名", "year": "年度", "item": "缴费项目", "amount_fen": "金额"}
    different = [title for field, title in same.items() if getattr(row, field) != getattr(ours, field)]
    if different:
        return f"和核定{row.determination_no}的{'、'.join(different)}不一致。"
    await store.fulfilled(county_code, found.id)
    return ""
