"""Papers of a recovery: notices, 《稽核退款登记单》, the agreement, and the whole file for the authority (R-350, R-352…R-355)."""

import zipfile
from datetime import date, datetime
from io import BytesIO

import msgspec

from db.queries import accounts, books, regions
from db.queries import portal as county_query
from db.queries import recovery as queries
from db.queries.portal import PersonRow
from db.queries.recovery import AgreementLine, Debt, InstalmentLine, NoticeLine, PaymentLine
from domain import identity
from domain.agency.recovery import RELATIONS
from domain.agency.recovery_notices import FILES, NOTICE_TITLES
from domain.determination import title_of
from domain.money import show
from domain.rules.recovery import CAUSE_TITLES, MISSED_AT_MOST, OTHERS, Cause, Notice
from web.account_papers import Desk
from web.benefit_pages import PAYERS
from web.documents import pdf
from web.documents.recovery_contents import (
    RecoveryNotice,
    RefundItem,
    RefundRegistration,
    RepaymentAgreement,
    RepaymentPart,
    TransferFile,
    TransferPaper,
)
from web.leaving_papers import SCHEME
from web.storage import Storage

RECEIVES = "income_account"  # where the money is asked to go


async def item_titles() -> dict[str, str]:
    """Every item a debt can have, in words."""
    funds = await accounts.fund_titles()
    found = dict(OTHERS)
    for item in queries.PARTS:
        prefix, _, payer = item.partition("_")
        found[item] = (
            f"个人账户养老金（{funds[payer]}）" if prefix == "account" else f"{title_of(item)}（{PAYERS[payer]}）"
        )
    return found


async def _person(found: Debt, county_code: int) -> PersonRow:
    person = await county_query.person(county_code, found.person_id)
    assert person is not None, "whose pension it was is here"
    return person


async def notice(found: Debt, line: NoticeLine, desk: Desk, at: datetime) -> tuple[bytes, str]:
    """(PDF, file name)."""
    county, person = desk.county, await _person(found, desk.county.county_code)
    account = next((each for each in await books.bank_accounts(county.county_code) if each.kind == RECEIVES), None)
    number = f"{'ZJ' if line.kind == Notice.DEMAND else 'FH'}-{county.county_code:06d}-{line.id:08d}"
    contents = RecoveryNotice(
        agency=county.agency_name, printed_at=at, number=number, addressee=line.addressee, relation=RELATIONS.get(found.debtor_relation, ""),
        name=person.name, id_number_masked=identity.mask_id(person.id_number), facts=found.facts, amount_fen=line.amount_fen,
        deadline_on=line.deadline_on, issued_on=_on(line.issued_at, at), bank=account.bank if account else "",
        bank_account=account.account_no if account else "", account_name=account.account_name if account else "",
        enquiry_phone=county.agency_phone, enquiry_address=county.agency_address,
    )  # fmt: skip
    kind = "demand_notice" if line.kind == Notice.DEMAND else "return_notice"
    return await pdf.render(kind, contents), f"{NOTICE_TITLES[Notice(line.kind)]}-{number}.pdf"


async def slip(found: Debt, line: PaymentLine, desk: Desk, at: datetime) -> tuple[bytes, str]:
    """《稽核退款登记单》."""
    person, titles = await _person(found, desk.county.county_code), await item_titles()
    parts = msgspec.json.decode(line.parts, type=dict[str, int])
    contents = RefundRegistration(
        agency=desk.county.agency_name, printed_at=at, number=line.number, scheme=SCHEME, id_number=person.id_number, name=person.name,
        auditor=found.verified_by_name, audited_on=_on(found.verified_at, at) if found.verified_at else None, amount_fen=line.amount_fen,
        items=tuple(RefundItem(title=titles[item], amount_fen=fen) for item, fen in parts.items()),
        audit_kind=CAUSE_TITLES[Cause(found.cause)], region_name=found.region_name, reason=found.facts, payer=line.payer,
        paid_on=line.paid_on, slip_no=line.slip_no, handler=line.created_by_name, handled_on=_on(line.created_at, at),
        reviewer=line.approved_by_name,
    )  # fmt: skip
    return await pdf.render("refund_registration", contents), f"稽核退款登记单-{line.number}.pdf"


async def agreement(
    found: Debt, line: AgreementLine, parts: list[InstalmentLine], desk: Desk, at: datetime
) -> tuple[bytes, str]:
    person = await _person(found, desk.county.county_code)
    number = f"FQ-{desk.county.county_code:06d}-{line.id:08d}"
    contents = RepaymentAgreement(
        agency=desk.county.agency_name, printed_at=at, number=number, debtor=found.debtor_name,
        relation=RELATIONS.get(found.debtor_relation, ""), name=person.name, id_number_masked=identity.mask_id(person.id_number),
        facts=found.facts, total_fen=line.total_fen, missed_at_most=MISSED_AT_MOST, signed_on=line.signed_on, handler=line.agreed_by_name,
        parts=tuple(RepaymentPart(number=each.number, due_on=each.due_on, amount_fen=each.amount_fen) for each in parts),
    )  # fmt: skip
    return await pdf.render("repayment_agreement", contents), f"分期返还协议-{number}.pdf"


# ------------------------------------------------------------------ the file for the authority


async def dossier(found: Debt, desk: Desk, storage: Storage, at: datetime) -> tuple[bytes, str]:
    """(zip, file name): the list first, then every paper as it was sent or came."""
    county, number = desk.county.county_code, f"YS-{desk.county.county_code:06d}-{found.id:08d}"
    kept = [(await pdf.render("transfer_file", await _list(found, number, desk, at)), "移送材料清单.pdf")]
    kept += [await notice(found, each, desk, at) for each in await queries.notices(county, found.id)]
    kept += [
        await agreement(found, line, parts, desk, at) for line, parts in await queries.agreements(county, found.id)
    ]
    kept += [
        await slip(found, each, desk, at) for each in await queries.payments(county, found.id) if each.state == "booked"
    ]
    for file in await queries.files(county, found.id):
        kept.append(
            (await storage.get(file.storage_key, "attachment"), f"{FILES[file.kind]}-{file.id}-{file.filename}")
        )
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for place, (data, name) in enumerate(kept, start=1):
            out.writestr(f"{place:02d}-{name}", data)
    return packed.getvalue(), f"移送材料-{number}.zip"


async def _list(found: Debt, number: str, desk: Desk, at: datetime) -> TransferFile:
    county = desk.county.county_code
    person, titles = await _person(found, county), await item_titles()
    asked = [
        each
        for each in await queries.decisions(county, found.id)
        if each.kind == "transfer" and each.state != "refused"
    ]
    return TransferFile(
        agency=desk.county.agency_name, printed_at=at, number=number, name=person.name, id_number=person.id_number,
        region_name=(await regions.names([found.region_code])).get(found.region_code, found.region_name),
        cause=CAUSE_TITLES[Cause(found.cause)], facts=found.facts, debtor=found.debtor_name,
        relation=RELATIONS.get(found.debtor_relation, ""), principal_fen=found.principal_fen, recovered_fen=found.recovered_fen,
        written_off_fen=found.written_off_fen, open_fen=found.open_fen, suspicion="涉嫌骗取" if found.fraud else "没有",
        items=tuple(
            RefundItem(title=titles[each.item], amount_fen=each.open_fen) for each in await queries.items(county, found.id) if each.open_fen
        ),
        papers=tuple(await _papers(found, county, at)), asked_by=asked[-1].asked_by_name if asked else "",
        reason=asked[-1].reason if asked else "", made_on=at.date(),
    )  # fmt: skip


async def _papers(found: Debt, county: int, at: datetime) -> list[TransferPaper]:
    papers = []
    if found.verified_at:
        text = f"{found.verified_by_name}核实：{found.verified_note}"
        papers.append(TransferPaper(kind="调查核实", on=_on(found.verified_at, at), text=text))
    for notice_ in await queries.notices(county, found.id):
        text = f"发给{notice_.addressee}，{show(notice_.amount_fen)}元，期限{notice_.deadline_on}"
        papers.append(TransferPaper(kind=NOTICE_TITLES[Notice(notice_.kind)], on=_on(notice_.issued_at, at), text=text))
        if notice_.served_on:
            text = f"{notice_.served_by_name}、{notice_.second_name}送达；{notice_.receiver}；影像{notice_.recording}"
            papers.append(TransferPaper(kind="送达", on=notice_.served_on, text=text))
    for paid in await queries.payments(county, found.id):
        if paid.booked_at:
            text = f"{paid.payer}退还{show(paid.amount_fen)}元，单据{paid.slip_no}"
            papers.append(TransferPaper(kind="退款", on=_on(paid.booked_at, at), text=text))
    papers += [
        TransferPaper(kind=FILES[file.kind], on=_on(file.added_at, at), text=file.filename) for file in await queries.files(county, found.id)
    ]  # fmt: skip
    return sorted(papers, key=lambda each: each.on)


def _on(moment: datetime, at: datetime) -> date:
    return moment.astimezone(at.tzinfo).date()
