"""What comes to an account after it has gone (R-340, R-387): a subsidy of the year, mostly. It follows the person, unless it was
sent along before it came: then the fund has its advance back."""

from datetime import datetime

import msgspec

from db.queries import accounts, reference
from db.queries import transfers as queries
from db.stores import ledger, people, transfer_accounts
from db.stores import transfers as store
from db.stores.transfers import Line, NewTransfer, TransferRow
from domain import books, months
from domain.actor import Actor
from domain.books import DocumentKind
from domain.ledger import Kind
from domain.money import show
from domain.transfers.departure import form_of
from domain.transfers.writing import entries, finish, note, opened, queue


async def send_on(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """In the caller's transaction; does nothing for an account without money."""
    await books.open_period(county_code, at.date())
    row = await store.lock(county_code, transfer_id)
    if row is None or row.person_id is None or row.state not in ("sent", "finished"):
        return
    account = await accounts.account_of(county_code, row.person_id)
    assert account is not None
    total = await transfer_accounts.hold_account(county_code, account.id)
    if account.status != "settled" or not total:
        return
    month = months.month_of(at.date())
    lines = [
        msgspec.structs.replace(line, line_no=number, year=line.year or at.year, counts=False)
        for number, line in enumerate((each for each in await transfer_accounts.travelling(county_code, account.id) if any(each.amounts.values())), start=1)
    ]  # fmt: skip
    advanced = min(total, row.advanced_fen)
    if advanced and advanced < total:
        if not row.reason:
            await store.change(county_code, row.id, reason="到账的补贴比垫付的多，请人工核对")
        return
    document = await opened(row, DocumentKind.TRANSFER_OUT, total, f"{'收回垫付补贴' if advanced else '补转'} {row.name} {row.other_name}", by, at)
    await ledger.post(county_code, document.id, at.date(), entries(account.id, Kind.TRANSFER_OUT, lines, at.date(), -1))
    if advanced:
        await finish(document, {"transfer_expense": total, "suspense_paid": -total}, by, at)
        await store.change(county_code, row.id, advanced_fen=row.advanced_fen - total)
        await note(row, at, "recovered", by, show(total))
        return
    await finish(document, {"transfer_expense": total, "transit": -total}, by, at)
    await _supplement(row, lines, total, document.id, month, by, at)


async def _supplement(
    row: TransferRow, lines: list[Line], total: int, document_id: int, month: int, by: Actor, at: datetime
) -> None:
    """A transfer of its own, under the number of the first."""
    county = row.county_code
    number = f"{row.number}-S{await queries.supplements(county, row.number) + 1}"
    values = {name: getattr(row, name) for name in NewTransfer.__struct_fields__} | {"number": number, "state": "sent", "reason": ""}
    transfer_id = await store.insert(county, NewTransfer(**values), at)
    new = await store.lock(county, transfer_id or 0)
    person = await people.read(county, row.person_id or 0)
    assert new is not None and person is not None
    await store.add_lines(county, new.id, lines)
    form = form_of(new, person, at.date(), lines, total, by, await reference.agency_name(county))
    head = {name: value for name, value in msgspec.to_builtins(form[0]).items() if name in row.form}
    await store.change(
        county, new.id, out_on=at.date(), settled_month=month, total_fen=total, document_id=document_id, form_sealed=store.sealed(head)
    )
    await queue(county, "transfer_form", form, row.case_id, at, number)
    await note(new, at, "left", by, f"补转{show(total)}元")
