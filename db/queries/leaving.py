"""What a person's relation ended with, and what is still to be settled of it. The first argument is the county."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.funds import FUNDS
from db.funds import TOTAL as BALANCE


class TerminationRow(Struct, frozen=True, kw_only=True):
    """As termination; `before`: JSON."""

    id: int
    person_id: int
    account_id: int
    case_id: int | None
    cause: str
    happened_on: date
    last_month: int
    evidence: str
    evidence_note: str
    claims_funeral: bool
    state: str
    registered_at: datetime
    registered_by_name: str
    before: str


class UnderWay(Struct, frozen=True):
    """`planned`: plans that hold the person, in no bank file yet; `failed`: plans with a payment that failed; `waiting`: how many
    payments nobody knows the end of; `waiting_fen`: and their 分."""

    planned: list[int]
    failed: list[int]
    waiting: int
    waiting_fen: int


async def termination(county_code: int, person_id: int) -> TerminationRow | None:
    """The one in force."""
    row = await engine.fetchrow(
        f"select {', '.join(TerminationRow.__struct_fields__)} from termination where county_code = $1 and person_id = $2"
        " and state = 'registered'",
        county_code, person_id,
    )  # fmt: skip
    return TerminationRow(**dict(row)) if row else None


async def under_way(county_code: int, person_id: int) -> UnderWay:
    """Of approved plans: what has not come to its end in the books."""
    rows = await engine.fetch(
        "select distinct on (t.plan_id) t.plan_id, t.state, t.net_fen from payment_transfer t join payment_plan n"
        " on n.county_code = $1 and n.id = t.plan_id and n.state not in ('draft', 'cancelled') and n.document_id is null"
        " where t.county_code = $1 and t.person_id = $2 order by t.plan_id, t.round desc",
        county_code, person_id,
    )  # fmt: skip
    open_ = [row["net_fen"] for row in rows if row["state"] in ("sent", "paid")]
    return UnderWay(
        planned=[row["plan_id"] for row in rows if row["state"] == "planned"],
        failed=[row["plan_id"] for row in rows if row["state"] == "failed"], waiting=len(open_), waiting_fen=sum(open_),
    )  # fmt: skip


async def waiting(county_code: int) -> list[int]:
    """Settlements that wait for money under way."""
    rows = await engine.fetch(
        "select id from settlement where county_code = $1 and state = 'waiting' order by id", county_code
    )
    return [row["id"] for row in rows]


async def supplement_due(county_code: int) -> list[int]:
    """Terminations that were settled and about which there is news: money came into the account, or what was owed has changed
    (R-310, R-340)."""
    rows = await engine.fetch(
        "select t.id from termination t join account_balance b on b.county_code = $1 and b.account_id = t.account_id"
        " left join benefit f on f.county_code = $1 and f.person_id = t.person_id where t.county_code = $1 and t.state = 'registered'"
        f" and t.cause in ('death', 'nationality', 'other_pension') and ({BALANCE} > 0 or f.recheck_from is not null)"
        " and exists (select from settlement s where s.county_code = $1 and s.termination_id = t.id and s.state = 'booked')"
        " and not exists (select from settlement s where s.county_code = $1 and s.termination_id = t.id and s.state = 'waiting')"
        " order by t.id",
        county_code,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def has_pension_account(county_code: int, person_id: int) -> bool:
    """Whether the pension goes to an account the bank has not refused."""
    found: bool = await engine.fetchval(
        "select exists (select from payment_account where county_code = $1 and person_id = $2 and ended_at is null"
        " and state <> 'rejected')",
        county_code, person_id,
    )  # fmt: skip
    return found


class Posted(Struct, frozen=True, kw_only=True):
    """An entry of a settlement. `amounts`: signed 分 by source."""

    id: int
    kind: int
    value_on: date
    is_interest: bool
    amounts: dict[str, int]


async def entries_of(county_code: int, account_id: int, document_id: int) -> list[Posted]:
    rows = await engine.fetch(
        f"select id, kind, value_on, is_interest, {', '.join(f'{fund}_fen' for fund in FUNDS)} from ledger_entry where county_code = $1"
        " and account_id = $2 and document_id = $3 order by id",
        county_code, account_id, document_id,
    )  # fmt: skip
    return [
        Posted(
            id=row["id"], kind=row["kind"], value_on=row["value_on"], is_interest=row["is_interest"],
            amounts={fund: row[f"{fund}_fen"] for fund in FUNDS if row[f"{fund}_fen"] is not None},
        )
        for row in rows
    ]  # fmt: skip


async def voucher_of(county_code: int, document_id: int) -> dict[str, int]:
    """Account to debit less credit."""
    rows = await engine.fetch(
        "select l.account, sum(l.debit_fen - l.credit_fen)::bigint as fen from voucher v join voucher_line l"
        " using (county_code, period, number) where v.county_code = $1 and v.document_id = $2 group by l.account order by l.account",
        county_code, document_id,
    )  # fmt: skip
    return {row["account"]: row["fen"] for row in rows}


async def first_settled(county_code: int, termination_id: int) -> int | None:
    """The first month that its settlements paid or set off."""
    month: int | None = await engine.fetchval(
        "select min(l.due_month) from settlement_line l join settlement s on s.county_code = $1 and s.id = l.settlement_id"
        " where l.county_code = $1 and s.termination_id = $2",
        county_code, termination_id,
    )  # fmt: skip
    return month


# ------------------------------------------------------------------ for the desk


class Listed(Struct, frozen=True, kw_only=True):
    """A settlement in a list. `held_fen`: of it, what nobody could be paid yet."""

    id: int
    person_id: int
    name: str
    region_name: str
    kind: str
    state: str
    cause: str
    happened_on: date
    opened_at: datetime
    settled_on: date | None
    payable_fen: int
    recover_fen: int
    held_fen: int


class PayeeLine(Struct, frozen=True, kw_only=True):
    """What a payee gets of one settlement. `state`: of the payment order, None while it is held."""

    line_no: int
    name: str
    id_number: str
    relation: str
    share_percent: int
    guardian_name: str
    bank: str
    account_tail: str
    amount_fen: int
    held_reason: str
    state: str | None
    paid_on: date | None


class SettlementView(Struct, frozen=True, kw_only=True):
    """One settlement with its termination. `returned`, `kept`: 分 by source."""

    id: int
    termination_id: int
    person_id: int
    region_code: str
    kind: str
    state: str
    cause: str
    happened_on: date
    last_month: int
    evidence: str
    evidence_note: str
    case_id: int | None
    settled_on: date | None
    opened_at: datetime
    booked_by_name: str
    returned: dict[str, int]
    kept: dict[str, int]
    arrears_fen: int
    funeral_fen: int
    overpaid_fen: int
    restored_fen: int
    from_account_fen: int
    from_funeral_fen: int
    from_arrears_fen: int
    payable_fen: int
    recover_fen: int
    contents: str
    document_id: int | None
    offset_document_id: int | None


class SettledMonth(Struct, frozen=True):
    due_month: int
    kind: str
    total_fen: int


WHICH = {
    "waiting": "s.state = 'waiting'",
    "held": "s.state = 'booked' and h.fen > 0",
    "recover": "s.state = 'booked' and s.recover_fen > 0",
    "booked": "s.state = 'booked'",
    "reversed": "s.state = 'reversed'",
}
_HELD = (
    "left join lateral (select sum(p.amount_fen)::bigint as fen from settlement_payment p where p.county_code = $1"
    " and p.settlement_id = s.id and p.order_id is null) h on true"
)


async def listed(county_code: int, prefix: str, which: str, *, before: int | None, limit: int) -> list[Listed]:
    """`which`: of WHICH. The newest first."""
    rows = await engine.fetch(
        "select s.id, s.person_id, p.name, coalesce(g.full_name, p.region_code) as region_name, s.kind, s.state, t.cause, t.happened_on,"
        " s.opened_at, s.settled_on, s.payable_fen, s.recover_fen, coalesce(h.fen, 0)::bigint as held_fen from settlement s"
        " join termination t on t.county_code = $1 and t.id = s.termination_id join person p on p.county_code = $1"
        f" and p.id = s.person_id left join region g on g.code = p.region_code {_HELD} where s.county_code = $1"
        f" and p.region_code like $2 || '%' and {WHICH[which]} and ($3::bigint is null or s.id < $3) order by s.id desc limit $4",
        county_code, prefix, before, limit,
    )  # fmt: skip
    return [Listed(**dict(row)) for row in rows]


async def settlement(county_code: int, settlement_id: int) -> SettlementView | None:
    row = await engine.fetchrow(
        "select s.*, t.cause, t.happened_on, t.last_month, t.evidence, t.evidence_note, t.case_id, p.region_code from settlement s"
        " join termination t on t.county_code = $1 and t.id = s.termination_id join person p on p.county_code = $1"
        " and p.id = s.person_id where s.county_code = $1 and s.id = $2",
        county_code, settlement_id,
    )  # fmt: skip
    if row is None:
        return None
    parts: dict[str, Any] = {name: {fund: row[f"{name}_{fund}_fen"] for fund in FUNDS if row[f"{name}_{fund}_fen"]} for name in ("returned", "kept")}
    rest: dict[str, Any] = {name: row[name] for name in SettlementView.__struct_fields__ if name not in parts}
    return SettlementView(**rest, **parts)


async def settled_months(county_code: int, settlement_id: int) -> list[SettledMonth]:
    rows = await engine.fetch(
        "select due_month, kind, total_fen from settlement_line where county_code = $1 and settlement_id = $2 order by due_month, kind",
        county_code, settlement_id,
    )  # fmt: skip
    return [SettledMonth(*row) for row in rows]


async def payments_of(county_code: int, settlement_id: int) -> list[PayeeLine]:
    rows = await engine.fetch(
        "select p.line_no, coalesce(y.name, '') as name, y.id_number_sealed, coalesce(y.relation, '') as relation,"
        " coalesce(y.share_percent, 100)::int as share_percent, coalesce(y.guardian_name, '') as guardian_name,"
        " coalesce(y.bank, '') as bank, coalesce(y.account_tail, '') as account_tail, p.amount_fen, p.held_reason, o.state, o.paid_on"
        " from settlement_payment p join settlement s on s.county_code = $1 and s.id = p.settlement_id left join termination_payee y"
        " on y.county_code = $1 and y.termination_id = s.termination_id and y.line_no = p.line_no left join payment_order o"
        " on o.county_code = $1 and o.id = p.order_id where p.county_code = $1 and p.settlement_id = $2 order by p.line_no",
        county_code, settlement_id,
    )  # fmt: skip
    return [
        PayeeLine(
            id_number=unseal_text(row["id_number_sealed"], "payee.id_number") if row["id_number_sealed"] else "",
            **{name: row[name] for name in PayeeLine.__struct_fields__ if name != "id_number"},
        )
        for row in rows
    ]


async def paid_in_all(county_code: int, person_id: int) -> int:
    """分 of pensions that reached the person."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(net_fen), 0)::bigint from payment_transfer where county_code = $1 and person_id = $2 and state = 'paid'",
        county_code, person_id,
    )  # fmt: skip
    return fen
