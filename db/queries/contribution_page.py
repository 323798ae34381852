"""What one account paid, year by year, what is on its way, and who debits for it. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.funds import FUNDS


class YearRow(Struct, frozen=True, kw_only=True):
    """A year that was paid for. `due_fen`: what government owes for it, all levels and what it pays in the person's place;
    `arrived_fen`: how much of that is in the account."""

    year: int
    category: str
    tier: str
    personal_fen: int
    government_paid_fen: int
    back_payment: bool
    counts: bool
    channel: str
    last_paid_on: date
    due_fen: int
    arrived_fen: int


class PaymentRow(Struct, frozen=True, kw_only=True):
    """One payment. `state`: booked; good: its document is not booked yet; exception: somebody has to look at it.
    `kind`: of its document. `booked_at`: None while it is not in the account."""

    year: int
    amount_fen: int
    value_on: date
    external_no: str
    state: str
    kind: str
    booked_at: datetime | None


class AgreementRow(Struct, frozen=True, kw_only=True):
    """The direct debit agreement one is on. `own`: one is its payer."""

    number: str
    bank: str
    payer_name: str
    own: bool
    signed_on: date
    tier: str
    from_on: date


async def years(county_code: int, account_id: int) -> list[YearRow]:
    """The oldest first."""
    rows = await engine.fetch(
        "select y.year, y.category, y.tier, y.personal_fen, y.government_paid_fen, y.back_payment, y.counts, y.channel,"
        " y.last_paid_on, d.due_fen, d.arrived_fen from contribution_year y cross join lateral ("
        " select coalesce(sum(province_fen + city_fen + county_fen + government_paid_fen), 0)::bigint as due_fen,"
        " coalesce(sum(credited_province_fen + credited_city_fen + credited_county_fen + credited_government_paid_fen), 0)::bigint"
        " as arrived_fen from subsidy_due d where d.county_code = $1 and d.account_id = $2 and d.year = y.year) d"
        " where y.county_code = $1 and y.account_id = $2 order by y.year",
        county_code, account_id,
    )  # fmt: skip
    return [YearRow(**dict(row)) for row in rows]


async def received(county_code: int, account_id: int) -> dict[int, dict[str, int]]:
    """By contribution year: what came, by code of fund_source, without interest; sources that gave nothing are not named."""
    rows = await engine.fetch(
        "select contribution_year as year, "
        + ", ".join(f"coalesce(sum({fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
        + " from ledger_entry where county_code = $1 and account_id = $2 and contribution_year is not null and not is_interest"
        " group by contribution_year",
        county_code, account_id,
    )  # fmt: skip
    return {row["year"]: {fund: row[fund] for fund in FUNDS if row[fund]} for row in rows}


async def payments(
    county_code: int, account_id: int, kinds: Sequence[str], from_draft: Sequence[str]
) -> list[PaymentRow]:
    """Of documents of these kinds, in order of their day. What is not booked yet counts once its document is declared; of the
    kinds of `from_draft` at once, because their money has been paid."""
    rows = await engine.fetch(
        "select l.year, l.amount_fen, coalesce(l.value_on, d.business_on) as value_on, l.external_no, l.state, d.kind,"
        " case when l.state = 'booked' then d.booked_at end as booked_at from document_line l"
        " join fund_document d on d.county_code = l.county_code and d.id = l.document_id"
        " where l.county_code = $1 and l.account_id = $2 and l.year is not null and d.kind = any($3) and (l.state = 'booked'"
        " or (l.state = 'exception' and d.state <> 'cancelled') or (l.state = 'good' and (d.state in ('declared', 'approved')"
        " or (d.state = 'draft' and d.kind = any($4))))) order by value_on, l.document_id, l.line_no",
        county_code, account_id, list(kinds), list(from_draft),
    )  # fmt: skip
    return [PaymentRow(**dict(row)) for row in rows]


async def agreement(county_code: int, person_id: int) -> AgreementRow | None:
    row = await engine.fetchrow(
        "select g.number, g.bank, g.payer_name, g.payer_index = p.id_index as own, g.signed_on, m.tier, m.from_on"
        " from debit_member m join debit_agreement g on g.county_code = m.county_code and g.id = m.agreement_id"
        " join person p on p.county_code = m.county_code and p.id = m.person_id"
        " where m.county_code = $1 and m.person_id = $2 and m.until_on is null and g.ended_on is null",
        county_code, person_id,
    )  # fmt: skip
    return AgreementRow(**dict(row)) if row else None


async def consented_on(county_code: int, person_id: int, year: int) -> date | None:
    """When the person agreed that government pays everything (R-128)."""
    given: date | None = await engine.fetchval(
        "select given_on from zero_consent where county_code = $1 and person_id = $2 and year = $3",
        county_code, person_id, year,
    )  # fmt: skip
    return given
