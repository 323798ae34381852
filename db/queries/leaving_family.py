"""What the family sees of a settlement: what each gets, and where the money is. The first argument is the county."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine
from db.crypto import unseal_text


class Share(Struct, frozen=True, kw_only=True):
    """One payee's part of one settlement. `who`: who has left. `state`: of the payment order, None while the money is held; `reason`:
    why the bank did not pay. `bank`, `tail`: of the account it goes to."""

    settlement_id: int
    line_no: int
    who: str
    cause: str
    name: str
    guardian_name: str
    share_percent: int
    amount_fen: int
    state: str | None
    reason: str
    paid_on: date | None
    bank: str
    tail: str

    @property
    def needs_account(self) -> bool:
        return self.line_no > 0 and self.state in (None, "failed")


_SHARES = (
    "select p.settlement_id, p.line_no, n.name as who, t.cause, coalesce(y.name, '') as name, coalesce(y.guardian_name, '') as guardian_name,"
    " coalesce(y.share_percent, 100)::int as share_percent, p.amount_fen, o.state, coalesce(o.reason, '') as reason, o.paid_on,"
    " coalesce(o.bank, '') as bank, o.bank_account_sealed from settlement_payment p join settlement s on s.county_code = $1"
    " and s.id = p.settlement_id and s.state = 'booked' join termination t on t.county_code = $1 and t.id = s.termination_id"
    " join person n on n.county_code = $1 and n.id = s.person_id left join termination_payee y on y.county_code = $1"
    " and y.termination_id = s.termination_id and y.line_no = p.line_no left join payment_order o on o.county_code = $1"
    " and o.id = p.order_id where p.county_code = $1"
)


async def _shares(condition: str, county_code: int, *values: object) -> list[Share]:
    rows = await engine.fetch(f"{_SHARES} and {condition} order by p.settlement_id, p.line_no", county_code, *values)
    made = {"tail"}
    return [
        Share(
            tail=unseal_text(row["bank_account_sealed"], "bank_account")[-4:] if row["bank_account_sealed"] else "",
            **{name: row[name] for name in Share.__struct_fields__ if name not in made},
        )
        for row in rows
    ]


async def shares_of_settlement(county_code: int, settlement_id: int) -> list[Share]:
    return await _shares("p.settlement_id = $2", county_code, settlement_id)


async def shares_of_payee(county_code: int, indexes: Sequence[bytes]) -> list[Share]:
    """Everything that was ever settled for somebody with one of these numbers."""
    return await _shares("y.id_index = any($2::bytea[])", county_code, list(indexes))


async def of_case(county_code: int, case_id: int) -> list[int]:
    """The settlements a deregistration brought, the first one first; what is asked back by a reversal is none of them."""
    rows = await engine.fetch(
        "select s.id from termination t join settlement s on s.county_code = $1 and s.termination_id = t.id and s.kind <> 'reversal'"
        " where t.county_code = $1 and t.case_id = $2 order by s.id",
        county_code, case_id,
    )  # fmt: skip
    return [row["id"] for row in rows]
