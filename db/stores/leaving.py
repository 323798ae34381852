"""Terminations and settlements: the write side. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine
from db.benefit_items import AMOUNTS, ITEMS
from db.crypto import index, seal, unseal_text
from db.funds import FUNDS
from db.stores.benefits import BANK_ACCOUNT

PAYEE_NUMBER = "payee.id_number"


class NewTermination(Struct, frozen=True, kw_only=True):
    """`before`: JSON of what a reversal restores."""

    person_id: int
    account_id: int
    case_id: int | None
    cause: str
    happened_on: date
    last_month: int
    evidence: str
    evidence_note: str
    claims_funeral: bool
    before: str


class PayeeRow(Struct, frozen=True, kw_only=True):
    """`account`: the digits; empty where none is known yet."""

    line_no: int
    name: str
    id_type: str
    id_number: str
    id_index: bytes
    relation: str
    share_percent: int
    guardian_name: str
    guardian_number: str
    holder_name: str
    bank: str
    account: str


class SettlementRow(Struct, frozen=True, kw_only=True):
    id: int
    termination_id: int
    person_id: int
    kind: str
    state: str
    settled_on: date | None
    funeral_fen: int
    recover_fen: int
    payable_fen: int
    document_id: int | None
    offset_document_id: int | None


class Ended(Struct, frozen=True, kw_only=True):
    """A termination as the settlement needs it."""

    id: int
    person_id: int
    account_id: int
    case_id: int | None
    cause: str
    happened_on: date
    last_month: int
    claims_funeral: bool
    state: str
    registered_at: datetime
    before: str




async def add_termination(county_code: int, new: NewTermination, by: int, by_name: str, at: datetime) -> int:
    """UniqueViolation where one is in force."""
    termination_id: int = await engine.fetchval(
        "insert into termination (county_code, person_id, account_id, case_id, cause, happened_on, last_month, evidence,"
        " evidence_note, claims_funeral, before, registered_at, registered_by, registered_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id",
        county_code, new.person_id, new.account_id, new.case_id, new.cause, new.happened_on, new.last_month, new.evidence,
        new.evidence_note, new.claims_funeral, new.before, at, by, by_name,
    )  # fmt: skip
    return termination_id


async def add_payees(county_code: int, termination_id: int, payees: Sequence[PayeeRow]) -> None:
    await engine.executemany(
        "insert into termination_payee (county_code, termination_id, line_no, name, id_type, id_number_sealed, id_index, relation,"
        " share_percent, guardian_name, guardian_id_sealed, holder_name, bank, account_sealed, account_tail)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        [
            (county_code, termination_id, each.line_no, each.name, each.id_type, seal(each.id_number, PAYEE_NUMBER),
             index(each.id_number, "id_number"), each.relation, each.share_percent, each.guardian_name,
             seal(each.guardian_number, PAYEE_NUMBER) if each.guardian_number else None, each.holder_name, each.bank,
             seal(each.account, BANK_ACCOUNT) if each.account else None, each.account[-4:])
            for each in payees
        ],
    )  # fmt: skip


async def payees(county_code: int, termination_id: int) -> list[PayeeRow]:
    rows = await engine.fetch(
        "select * from termination_payee where county_code = $1 and termination_id = $2 order by line_no",
        county_code,
        termination_id,
    )
    made = {"id_number", "guardian_number", "account"}
    return [
        PayeeRow(
            id_number=unseal_text(row["id_number_sealed"], PAYEE_NUMBER),
            guardian_number=unseal_text(row["guardian_id_sealed"], PAYEE_NUMBER) if row["guardian_id_sealed"] else "",
            account=unseal_text(row["account_sealed"], BANK_ACCOUNT) if row["account_sealed"] else "",
            **{name: row[name] for name in PayeeRow.__struct_fields__ if name not in made},
        )
        for row in rows
    ]


async def set_payee_account(
    county_code: int, termination_id: int, line_no: int, holder: str, bank: str, account: str
) -> None:
    await engine.execute(
        "update termination_payee set holder_name = $4, bank = $5, account_sealed = $6, account_tail = $7 where county_code = $1"
        " and termination_id = $2 and line_no = $3",
        county_code, termination_id, line_no, holder, bank, seal(account, BANK_ACCOUNT), account[-4:],
    )  # fmt: skip


async def lock_termination(county_code: int, termination_id: int) -> Ended | None:
    row = await engine.fetchrow(
        f"select {', '.join(Ended.__struct_fields__)} from termination where county_code = $1 and id = $2 for update",
        county_code, termination_id,
    )  # fmt: skip
    return Ended(**dict(row)) if row else None


async def reverse_termination(county_code: int, termination_id: int, case_id: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update termination set state = 'reversed', reversed_at = $3, reversed_by_name = $4, reversal_case_id = $5"
        " where county_code = $1 and id = $2",
        county_code, termination_id, at, by_name, case_id,
    )  # fmt: skip


async def open_settlement(county_code: int, termination_id: int, person_id: int, kind: str, at: datetime) -> int:
    """Waits. UniqueViolation for a second first one."""
    settlement_id: int = await engine.fetchval(
        "insert into settlement (county_code, termination_id, person_id, kind, state, opened_at) values ($1, $2, $3, $4, 'waiting', $5)"
        " returning id",
        county_code, termination_id, person_id, kind, at,
    )  # fmt: skip
    return settlement_id


async def lock_settlement(county_code: int, settlement_id: int) -> SettlementRow | None:
    row = await engine.fetchrow(
        f"select {', '.join(SettlementRow.__struct_fields__)} from settlement where county_code = $1 and id = $2 for update",
        county_code, settlement_id,
    )  # fmt: skip
    return SettlementRow(**dict(row)) if row else None


async def settlements(county_code: int, termination_id: int) -> list[SettlementRow]:
    """The oldest first, held for this transaction."""
    rows = await engine.fetch(
        f"select {', '.join(SettlementRow.__struct_fields__)} from settlement where county_code = $1 and termination_id = $2"
        " order by id for update",
        county_code, termination_id,
    )  # fmt: skip
    return [SettlementRow(**dict(row)) for row in rows]


async def set_settlement(county_code: int, settlement_id: int, values: dict[str, Any]) -> None:
    """`values`: columns of settlement by name."""
    named = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, start=3))
    await engine.execute(
        f"update settlement set {named} where county_code = $1 and id = $2", county_code, settlement_id, *values.values()
    )


def by_source(prefix: str, amounts: dict[Any, int]) -> dict[str, int]:
    """分 by source as columns of settlement."""
    found = {f"{fund}": fen for fund, fen in amounts.items()}
    return {f"{prefix}_{fund}_fen": found.get(fund, 0) for fund in FUNDS}


async def add_lines(
    county_code: int, settlement_id: int, person_id: int, lines: Sequence[tuple[int, str, dict[str, int], str]]
) -> None:
    """(month, kind, 分 by part, reason) of each."""
    places = ", ".join(f"${place}" for place in range(7, 7 + len(ITEMS)))
    await engine.executemany(
        f"insert into settlement_line (county_code, settlement_id, person_id, due_month, kind, reason, {AMOUNTS})"
        f" values ($1, $2, $3, $4, $5, $6, {places})",
        [
            (county_code, settlement_id, person_id, month, kind, reason, *(amounts.get(item, 0) for item in ITEMS))
            for month, kind, amounts, reason in lines
        ],
    )  # fmt: skip


async def add_payment(
    county_code: int, settlement_id: int, line_no: int, fen: int, order_id: int | None, held_reason: str
) -> None:
    await engine.execute(
        "insert into settlement_payment (county_code, settlement_id, line_no, amount_fen, order_id, held_reason)"
        " values ($1, $2, $3, $4, $5, $6)",
        county_code, settlement_id, line_no, fen, order_id, held_reason,
    )  # fmt: skip


async def set_payment(county_code: int, settlement_id: int, line_no: int, order_id: int | None, held_reason: str) -> None:
    await engine.execute(
        "update settlement_payment set order_id = $4, held_reason = $5 where county_code = $1 and settlement_id = $2 and line_no = $3",
        county_code, settlement_id, line_no, order_id, held_reason,
    )  # fmt: skip


class OrderOf(Struct, frozen=True, kw_only=True):
    """A payment of a settlement and its order; both None while it is held."""

    line_no: int
    amount_fen: int
    order_id: int | None
    state: str | None
    document_id: int | None


async def orders(county_code: int, settlement_id: int) -> list[OrderOf]:
    rows = await engine.fetch(
        "select p.line_no, p.amount_fen, p.order_id, o.state, o.document_id from settlement_payment p left join payment_order o"
        " on o.county_code = $1 and o.id = p.order_id where p.county_code = $1 and p.settlement_id = $2 order by p.line_no",
        county_code, settlement_id,
    )  # fmt: skip
    return [OrderOf(**dict(row)) for row in rows]


async def held_of_payee(county_code: int, termination_id: int, line_no: int) -> list[tuple[int, int]]:
    """(settlement, 分) that waits for this payee's account."""
    rows = await engine.fetch(
        "select p.settlement_id, p.amount_fen from settlement_payment p join settlement s on s.county_code = $1"
        " and s.id = p.settlement_id where p.county_code = $1 and s.termination_id = $2 and p.line_no = $3 and p.order_id is null"
        " and s.state = 'booked' order by p.settlement_id for update of p",
        county_code, termination_id, line_no,
    )  # fmt: skip
    return [(row["settlement_id"], row["amount_fen"]) for row in rows]


async def reordered(county_code: int, order_id: int, new_order_id: int) -> None:
    """A failed order was given again."""
    await engine.execute(
        "update settlement_payment set order_id = $3 where county_code = $1 and order_id = $2",
        county_code, order_id, new_order_id,
    )  # fmt: skip


async def payee_of_order(county_code: int, order_id: int) -> tuple[str, bytes] | None:
    """Name of the person whose relation ended, and the keyed index of who is paid by this order."""
    row = await engine.fetchrow(
        "select q.name, y.id_index from settlement_payment p join settlement s on s.county_code = $1 and s.id = p.settlement_id"
        " join person q on q.county_code = $1 and q.id = s.person_id join termination_payee y on y.county_code = $1"
        " and y.termination_id = s.termination_id and y.line_no = p.line_no where p.county_code = $1 and p.order_id = $2",
        county_code, order_id,
    )  # fmt: skip
    return (row["name"], row["id_index"]) if row else None
