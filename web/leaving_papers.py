"""《个人账户返还结算单》 and 《申请注销登记告知书》 as both sites print them (R-322, R-324)."""

from datetime import datetime
from typing import Any

import msgspec

from db.queries import benefits, leaving, regions
from db.queries import portal as county_query
from db.queries.commitments import NoticeLine
from db.queries.leaving import PayeeLine, SettlementView
from domain import codes, identity, months
from domain.funds import Fund
from domain.rules.refund import RETURNED
from domain.rules.settlement import CAUSE_TITLES, Cause
from web.account_papers import Desk
from web.documents import pdf
from web.documents.leaving_contents import DeregistrationNotice, SettledMonth, SettlementSheet, Taker

SCHEME = "城乡居民基本养老保险"
RELATIONS = {"0": "本人"} | dict(codes.RELATIONS)
ORDER_STATES = {"waiting": "等付款", "sent": "已送银行", "paid": "已付", "failed": "没有付成", "cancelled": "已取消"}
MONTH_KINDS = {"arrears": "补发", "overpaid": "多发"}


async def settlement_sheet(found: SettlementView, desk: Desk, at: datetime) -> tuple[bytes, str]:
    """(PDF, file name) of a booked settlement."""
    contents = await _sheet(found, desk, at)
    return await pdf.render("settlement_sheet", contents), f"个人账户返还结算单-{contents.number}.pdf"


async def _sheet(found: SettlementView, desk: Desk, at: datetime) -> SettlementSheet:
    county = desk.county.county_code
    person, benefit = await county_query.person(county, found.person_id), await benefits.benefit(county, found.person_id)
    assert person is not None, "who has left was here"
    assert found.settled_on is not None, "booked"
    own = found.returned.get(Fund.PERSONAL, 0)
    return SettlementSheet(
        agency=desk.county.agency_name, printed_at=at, number=f"ZX-{county:06d}-{found.id:08d}", name=person.name,
        id_number=person.id_number, household_place=person.household_address,
        household_type=dict(codes.HOUSEHOLD_TYPES).get(person.household_type, ""), scheme=SCHEME, ended_on=found.happened_on,
        cause=CAUSE_TITLES[Cause(found.cause)], returned_fen=sum(found.returned.values()), returned_own_fen=own,
        kept_fen=sum(found.kept.values()), restored_fen=found.restored_fen, arrears_fen=found.arrears_fen, funeral_fen=found.funeral_fen,
        overpaid_fen=found.overpaid_fen, from_account_fen=found.from_account_fen, from_funeral_fen=found.from_funeral_fen,
        from_arrears_fen=found.from_arrears_fen, payable_fen=found.payable_fen, recover_fen=found.recover_fen,
        months=tuple(
            SettledMonth(month=months.in_words(each.due_month), kind=MONTH_KINDS[each.kind], amount_fen=abs(each.total_fen))
            for each in await leaving.settled_months(county, found.id)
        ),
        takers=tuple(_taker(each) for each in await leaving.payments_of(county, found.id)), handler=found.booked_by_name,
        made_on=found.settled_on, **(await _received(county, found.person_id, benefit.first_month) if benefit else {}),
    )  # fmt: skip


async def _received(county_code: int, person_id: int, first_month: int) -> dict[str, Any]:
    """The account when the pension began, in three parts, and what was paid since."""
    said = await benefits.standards(county_code, person_id)
    held: dict[str, int] = next((msgspec.json.decode(row.balances) for row in reversed(said) if row.balances), {})
    own = held.get(Fund.PERSONAL, 0)
    assisted = sum(fen for fund, fen in held.items() if fund in RETURNED) - own
    return {
        "receiving_since": months.in_words(first_month), "starting_fen": sum(held.values()), "starting_own_fen": own,
        "starting_assistance_fen": assisted, "starting_subsidy_fen": sum(held.values()) - own - assisted,
        "paid_fen": await leaving.paid_in_all(county_code, person_id),
    }  # fmt: skip


def _taker(each: PayeeLine) -> Taker:
    return Taker(
        name=each.name or "（还没有人来领）", id_number=each.id_number, relation=RELATIONS.get(each.relation, ""),
        share=f"{each.share_percent}%", bank=each.bank, account=f"尾号{each.account_tail}" if each.account_tail else "",
        guardian=each.guardian_name, amount_fen=each.amount_fen, paid=ORDER_STATES.get(each.state or "", each.held_reason),
    )  # fmt: skip


async def notice_sheet(found: NoticeLine, desk: Desk, at: datetime) -> tuple[bytes, str]:
    person = await county_query.person(desk.county.county_code, found.person_id)
    assert person is not None, "a notice is about somebody here"
    place = await regions.names([person.region_code])
    contents = DeregistrationNotice(
        agency=desk.county.agency_name, printed_at=at, number=f"ZG-{desk.county.county_code:06d}-{found.id:08d}", name=person.name,
        id_number_masked=identity.mask_id(person.id_number), region_name=place.get(person.region_code, ""),
        cause=CAUSE_TITLES[Cause(found.cause)], happened_on=found.happened_on, finding=found.finding, come_by=found.come_by,
        issued_on=found.issued_at.astimezone(at.tzinfo).date(), enquiry_phone=desk.county.agency_phone,
        enquiry_address=desk.county.agency_address,
    )  # fmt: skip
    return await pdf.render("deregistration_notice", contents), f"申请注销登记告知书-{contents.number}.pdf"
