"""Debts of what was overpaid, as desks and debtors see them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.benefit_items import ITEMS

PARTS = ITEMS  # of a pension, each with who pays it


class Unsettled(Struct, frozen=True, kw_only=True):
    """A settlement that could not set everything off and has no case yet. `overpaid`: 分 by part of its months; `overpaid_fen`
    holds what was carried, too. Who is asked: the first payee after a death, else the person."""

    settlement_id: int
    kind: str
    person_id: int
    region_code: str
    cause: str
    happened_on: date
    last_month: int
    recover_fen: int
    overpaid_fen: int
    overpaid: dict[str, int]
    debtor_name: str
    debtor_index: bytes | None
    debtor_relation: str


async def unsettled(county_code: int) -> list[Unsettled]:
    sums = ", ".join(
        f"coalesce(-sum({item}_fen) filter (where kind = 'overpaid'), 0)::bigint as {item}" for item in ITEMS
    )
    rows = await engine.fetch(
        f"select s.id as settlement_id, s.kind, s.person_id, p.region_code, t.cause, t.happened_on, t.last_month, s.recover_fen, s.overpaid_fen, l.*,"
        " case when t.cause = 'death' then coalesce(y.name, '') else p.name end as debtor_name,"
        " case when t.cause = 'death' then y.id_index else p.id_index end as debtor_index,"
        " case when t.cause = 'death' then coalesce(y.relation, '') else '0' end as debtor_relation"
        " from settlement s join termination t on t.county_code = $1 and t.id = s.termination_id join person p on p.county_code = $1"
        f" and p.id = s.person_id cross join lateral (select {sums} from settlement_line where county_code = $1"
        " and settlement_id = s.id) l left join lateral (select name, id_index, relation from termination_payee where county_code = $1"
        " and termination_id = t.id order by line_no limit 1) y on true where s.county_code = $1 and s.state = 'booked'"
        " and s.recover_fen > 0 and not exists (select from recovery r where r.county_code = $1 and r.settlement_id = s.id) order by s.id",
        county_code,
    )  # fmt: skip
    return [
        Unsettled(
            overpaid={item: row[item] for item in ITEMS if row[item]},
            **{name: row[name] for name in Unsettled.__struct_fields__ if name != "overpaid"},
        )
        for row in rows
    ]  # fmt: skip


async def taken_back(county_code: int) -> list[int]:
    """Cases whose settlement was reversed: what it could not set off is no debt any more."""
    return await _ids(
        "select r.id from recovery r join settlement s on s.county_code = $1 and s.id = r.settlement_id and s.state = 'reversed'"
        " where r.county_code = $1 and r.state in ('registered', 'verified', 'noticed', 'transferred') order by r.id",
        county_code,
    )  # fmt: skip


async def payments_due(county_code: int) -> list[int]:
    """Documents whose money is all there."""
    return await _ids(
        "select d.id from fund_document d where d.county_code = $1 and d.kind = 'recovery' and d.state = 'approved' and d.total_fen ="
        " (select coalesce(sum(amount_fen), 0) from receipt r where r.county_code = $1 and r.document_id = d.id) order by d.id",
        county_code,
    )  # fmt: skip


async def with_deduction(county_code: int) -> list[int]:
    return await _ids(
        "select recovery_id as id from recovery_deduction where county_code = $1 and state = 'open' order by 1",
        county_code,
    )


async def with_agreement(county_code: int) -> list[int]:
    return await _ids(
        "select recovery_id as id from recovery_agreement where county_code = $1 and state = 'active' order by 1",
        county_code,
    )


async def _ids(statement: str, county_code: int) -> list[int]:
    return [row["id"] for row in await engine.fetch(statement, county_code)]


async def settled_with(county_code: int, person_id: int, after: datetime) -> int | None:
    """The settlement booked since then, which took over what plans had still to take off."""
    found: int | None = await engine.fetchval(
        "select min(id) from settlement where county_code = $1 and person_id = $2 and booked_at > $3 and kind <> 'reversal'",
        county_code, person_id, after,
    )  # fmt: skip
    return found


class Offsettable(Struct, frozen=True):
    order_id: int
    amount_fen: int
    settlement_id: int


async def offsettable(county_code: int, person_id: int, debtor_index: bytes) -> list[Offsettable]:
    """Orders of settlements of this person that wait to be paid to the debtor."""
    rows = await engine.fetch(
        "select o.id, o.amount_fen, s.id from settlement s join settlement_payment m on m.county_code = $1 and m.settlement_id = s.id"
        " join termination_payee y on y.county_code = $1 and y.termination_id = s.termination_id and y.line_no = m.line_no"
        " join payment_order o on o.county_code = $1 and o.id = m.order_id and o.state = 'waiting' where s.county_code = $1"
        " and s.person_id = $2 and s.state = 'booked' and y.id_index = $3 order by o.id",
        county_code, person_id, debtor_index,
    )  # fmt: skip
    return [Offsettable(*row) for row in rows]


class Stuck(Struct, frozen=True, kw_only=True):
    """Somebody of whom plans have something to take off and who is paid no more. `situation`: of a sentence, else empty."""

    person_id: int
    name: str
    region_name: str
    carried_fen: int
    situation: str


async def stuck(county_code: int, prefix: str, stopping: Sequence[str]) -> list[Stuck]:
    """`stopping`: situations in which nothing is paid. The first hundred, the most first."""
    rows = await engine.fetch(
        "select b.person_id, p.name, coalesce(g.full_name, p.region_code) as region_name, b.carried_fen, coalesce(s.situation, '')"
        " as situation from benefit b join person p on p.county_code = $1 and p.id = b.person_id left join region g on g.code = p.region_code"
        " left join lateral (select situation from sentence_spell where county_code = $1 and person_id = b.person_id and last_month is null"
        " and not acquitted and situation = any($3) limit 1) s on true where b.county_code = $1 and b.carried_fen > 0"
        " and p.region_code like $2 || '%' and (b.state = 'ended' or s.situation is not null)"
        " and not exists (select from recovery_deduction x where x.county_code = $1 and x.person_id = b.person_id and x.state = 'open')"
        " order by b.carried_fen desc limit 100",
        county_code, prefix, list(stopping),
    )  # fmt: skip
    return [Stuck(**dict(row)) for row in rows]


# ------------------------------------------------------------------ the board


class Debt(Struct, frozen=True, kw_only=True):
    id: int
    person_id: int
    name: str
    region_code: str
    region_name: str
    origin: str
    cause: str
    facts: str
    settlement_id: int | None
    debtor_name: str
    debtor_index: bytes | None
    debtor_relation: str
    limit_fen: int | None
    limit_note: str
    fraud: bool
    state: str
    principal_fen: int
    recovered_fen: int
    written_off_fen: int
    open_fen: int
    due_on: date | None
    document_id: int | None
    registered_at: datetime
    registered_by: int
    registered_by_name: str
    verified_at: datetime | None
    verified_by_name: str
    verified_note: str
    pending_fen: int
    deducting_fen: int
    asked: str
    agreed: bool


_DEBT = (
    "select r.*, p.name, coalesce(g.full_name, r.region_code) as region_name, coalesce((select sum(m.amount_fen)::bigint"
    " from recovery_payment m join fund_document d on d.county_code = $1 and d.id = m.document_id and d.state in ('draft', 'declared',"
    " 'approved') where m.county_code = $1 and m.recovery_id = r.id), 0) as pending_fen, coalesce((select amount_fen - recovered_fen"
    " from recovery_deduction x where x.county_code = $1 and x.recovery_id = r.id and x.state = 'open'), 0) as deducting_fen,"
    " coalesce((select kind from recovery_decision x where x.county_code = $1 and x.recovery_id = r.id and x.state = 'asked'), '') as asked,"
    " exists (select from recovery_agreement x where x.county_code = $1 and x.recovery_id = r.id and x.state = 'active') as agreed"
    " from recovery r join person p on p.county_code = $1 and p.id = r.person_id left join region g on g.code = r.region_code"
)


def _debt(row: engine.Record) -> Debt:
    return Debt(**{name: row[name] for name in Debt.__struct_fields__})


async def listed(
    county_code: int, prefix: str, states: Sequence[str], *, overdue_on: date | None = None, before: int | None = None, limit: int
) -> list[Debt]:  # fmt: skip
    """The newest first. `overdue_on`: only those whose day is before it."""
    rows = await engine.fetch(
        f"{_DEBT} where r.county_code = $1 and r.region_code like $2 || '%' and r.state = any($3) and ($4::date is null or r.due_on < $4)"
        " and ($5::bigint is null or r.id < $5) order by r.id desc limit $6",
        county_code, prefix, list(states), overdue_on, before, limit,
    )  # fmt: skip
    return [_debt(row) for row in rows]


async def one(county_code: int, recovery_id: int) -> Debt | None:
    row = await engine.fetchrow(f"{_DEBT} where r.county_code = $1 and r.id = $2", county_code, recovery_id)
    return _debt(row) if row else None


async def of_debtor(county_code: int, indexes: Sequence[bytes]) -> list[Debt]:
    """What somebody was asked to pay back, the newest first; nothing before a notice has gone."""
    rows = await engine.fetch(
        f"{_DEBT} where r.county_code = $1 and r.debtor_index = any($2) and r.state in ('noticed', 'transferred', 'closed', 'written_off')"
        " order by r.id desc limit 50",
        county_code, list(indexes),
    )  # fmt: skip
    return [_debt(row) for row in rows]


class Township(Struct, frozen=True):
    name: str
    cases: int
    principal_fen: int
    recovered_fen: int
    written_off_fen: int
    open_fen: int


async def townships(county_code: int, prefix: str) -> list[Township]:
    """What is asked back by where the person lived, the most open first."""
    rows = await engine.fetch(
        "select coalesce(g.name, left(r.region_code, 8)) as name, count(*)::int, sum(r.principal_fen)::bigint, sum(r.recovered_fen)::bigint,"
        " sum(r.written_off_fen)::bigint, sum(r.open_fen)::bigint as left_fen from recovery r left join region g on g.code = left(r.region_code, 8)"
        " where r.county_code = $1 and r.region_code like $2 || '%' and r.state <> 'withdrawn' group by 1 order by left_fen desc, 1",
        county_code, prefix,
    )  # fmt: skip
    return [Township(*row) for row in rows]


# ------------------------------------------------------------------ one case


class ItemLine(Struct, frozen=True, kw_only=True):
    """`recovered`: 分 by source."""

    item: str
    principal_fen: int
    payment_fen: int
    deduction_fen: int
    settlement_fen: int
    write_off_fen: int

    @property
    def open_fen(self) -> int:
        return self.principal_fen - self.payment_fen - self.deduction_fen - self.settlement_fen - self.write_off_fen


async def items(county_code: int, recovery_id: int) -> list[ItemLine]:
    sums = ", ".join(
        f"coalesce(sum(e.amount_fen) filter (where e.source = '{source}'), 0)::bigint as {source}_fen"
        for source in ("payment", "deduction", "settlement", "write_off")
    )
    rows = await engine.fetch(
        f"select i.item, i.principal_fen, {sums} from recovery_item i left join recovery_entry e using (county_code, recovery_id, item)"
        " where i.county_code = $1 and i.recovery_id = $2 group by i.item, i.principal_fen order by i.item",
        county_code, recovery_id,
    )  # fmt: skip
    return [ItemLine(**dict(row)) for row in rows]


class NoticeLine(Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    addressee: str
    amount_fen: int
    deadline_on: date
    issued_at: datetime
    issued_by_name: str
    served_on: date | None
    served_by_name: str
    second_name: str
    receiver: str
    recording: str


async def notices(county_code: int, recovery_id: int) -> list[NoticeLine]:
    rows = await engine.fetch(
        f"select {', '.join(NoticeLine.__struct_fields__)} from recovery_notice where county_code = $1 and recovery_id = $2 order by id",
        county_code, recovery_id,
    )  # fmt: skip
    return [NoticeLine(**dict(row)) for row in rows]


class PaymentLine(Struct, frozen=True, kw_only=True):
    """`state`: of its document; `received_fen`: what finance has registered for it. `parts`: JSON."""

    document_id: int
    number: str
    amount_fen: int
    parts: str
    payer: str
    way: str
    slip_no: str
    paid_on: date
    voluntary: bool
    state: str
    reason: str
    created_at: datetime
    created_by: int
    created_by_name: str
    approved_by_name: str
    booked_at: datetime | None
    received_fen: int


async def payments(county_code: int, recovery_id: int) -> list[PaymentLine]:
    rows = await engine.fetch(
        "select m.document_id, d.number, m.amount_fen, m.parts, m.payer, m.way, m.slip_no, m.paid_on, m.voluntary, d.state, d.reason,"
        " d.created_at, d.created_by, d.created_by_name, d.approved_by_name, d.booked_at, (select coalesce(sum(x.amount_fen), 0)::bigint"
        " from receipt x where x.county_code = $1 and x.document_id = d.id) as received_fen from recovery_payment m join fund_document d"
        " on d.county_code = $1 and d.id = m.document_id where m.county_code = $1 and m.recovery_id = $2 order by d.id",
        county_code, recovery_id,
    )  # fmt: skip
    return [PaymentLine(**dict(row)) for row in rows]


class FileLine(Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    filename: str
    storage_key: str
    media_type: str
    added_at: datetime
    added_by_name: str


async def files(county_code: int, recovery_id: int) -> list[FileLine]:
    rows = await engine.fetch(
        f"select {', '.join(FileLine.__struct_fields__)} from recovery_file where county_code = $1 and recovery_id = $2 order by id",
        county_code, recovery_id,
    )  # fmt: skip
    return [FileLine(**dict(row)) for row in rows]


class AgreementLine(Struct, frozen=True, kw_only=True):
    id: int
    total_fen: int
    recovered_before_fen: int
    state: str
    signed_on: date
    agreed_by_name: str


class InstalmentLine(Struct, frozen=True, kw_only=True):
    number: int
    due_on: date
    amount_fen: int
    missed_on: date | None


async def agreements(county_code: int, recovery_id: int) -> list[tuple[AgreementLine, list[InstalmentLine]]]:
    """The newest first."""
    rows = await engine.fetch(
        f"select {', '.join(AgreementLine.__struct_fields__)} from recovery_agreement where county_code = $1 and recovery_id = $2"
        " order by id desc",
        county_code, recovery_id,
    )  # fmt: skip
    parts = await engine.fetch(
        "select agreement_id, number, due_on, amount_fen, missed_on from recovery_instalment where county_code = $1"
        " and agreement_id = any($2) order by agreement_id, number",
        county_code, [row["id"] for row in rows],
    )  # fmt: skip
    found: dict[int, list[InstalmentLine]] = {row["id"]: [] for row in rows}
    for part in parts:
        found[part["agreement_id"]].append(
            InstalmentLine(**{name: part[name] for name in InstalmentLine.__struct_fields__})
        )
    return [(AgreementLine(**dict(row)), found[row["id"]]) for row in rows]


class DeductionLine(Struct, frozen=True, kw_only=True):
    amount_fen: int
    recovered_fen: int
    state: str
    agreed_at: datetime
    agreed_by_name: str


async def deductions(county_code: int, recovery_id: int) -> list[DeductionLine]:
    rows = await engine.fetch(
        f"select {', '.join(DeductionLine.__struct_fields__)} from recovery_deduction where county_code = $1 and recovery_id = $2 order by id",
        county_code, recovery_id,
    )  # fmt: skip
    return [DeductionLine(**dict(row)) for row in rows]


class DecisionLine(Struct, frozen=True, kw_only=True):
    kind: str
    reason: str
    state: str
    amount_fen: int | None
    asked_at: datetime
    asked_by: int
    asked_by_name: str
    decided_at: datetime | None
    decided_by_name: str


async def decisions(county_code: int, recovery_id: int) -> list[DecisionLine]:
    rows = await engine.fetch(
        f"select {', '.join(DecisionLine.__struct_fields__)} from recovery_decision where county_code = $1 and recovery_id = $2 order by id",
        county_code, recovery_id,
    )  # fmt: skip
    return [DecisionLine(**dict(row)) for row in rows]


class Neglect(Struct, frozen=True, kw_only=True):
    recovery_id: int
    region_name: str
    finding: str
    recorded_at: datetime
    recorded_by_name: str
    principal_fen: int
    open_fen: int


async def neglects(county_code: int, prefix: str, recovery_id: int | None = None) -> list[Neglect]:
    """Of one case, or of all, the newest first."""
    rows = await engine.fetch(
        "select n.recovery_id, coalesce(g.name, n.region_code) as region_name, n.finding, n.recorded_at, n.recorded_by_name,"
        " r.principal_fen, r.open_fen from recovery_neglect n join recovery r on r.county_code = $1 and r.id = n.recovery_id"
        " left join region g on g.code = n.region_code where n.county_code = $1 and n.region_code like $2 || '%'"
        " and ($3::bigint is null or n.recovery_id = $3) order by n.recorded_at desc limit 100",
        county_code, prefix, recovery_id,
    )  # fmt: skip
    return [Neglect(**dict(row)) for row in rows]
