"""A payment month on its way: money, files, results. Inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import opener
from db.stores.benefits import BANK_ACCOUNT


class PlanRow(Struct, frozen=True, kw_only=True):
    """A row of payment_plan."""

    id: int
    month: int
    run_id: int
    state: str
    pay_on: date
    people: int
    total_fen: int
    requested_on: date | None
    funded_on: date | None
    transferred_on: date | None
    transfer_slip: str
    document_id: int | None
    closed_at: datetime | None
    closed_by_name: str
    created_at: datetime


class ToSend(Struct, frozen=True, kw_only=True):
    """A transfer that goes into a file, with the numbers in clear."""

    person_id: int
    round: int
    name: str
    id_number: str
    account_no: str
    region_code: str
    net_fen: int


class Transfer(Struct, frozen=True, kw_only=True):
    """The last transfer of somebody in a plan. `first_due`: the earliest month its lines are for."""

    person_id: int
    round: int
    state: str
    net_fen: int
    deducted_fen: int
    region_code: str
    name: str
    id_index: bytes
    first_due: int


PLAN = ", ".join(PlanRow.__struct_fields__)


async def lock_plan(county_code: int, plan_id: int) -> PlanRow | None:
    row = await engine.fetchrow(
        f"select {PLAN} from payment_plan where county_code = $1 and id = $2 for update", county_code, plan_id
    )
    return PlanRow(**dict(row)) if row else None


async def set_plan(county_code: int, plan_id: int, state: str, **values: object) -> None:
    """`values`: columns of payment_plan by name."""
    named = "".join(f", {name} = ${place}" for place, name in enumerate(values, start=4))
    await engine.execute(
        f"update payment_plan set state = $3{named} where county_code = $1 and id = $2",
        county_code, plan_id, state, *values.values(),
    )  # fmt: skip


async def count_plan(county_code: int, plan_id: int) -> None:
    """People and total of what the plan holds now: those who were left out are gone, what failed is paid again or given up."""
    await engine.execute(
        "update payment_plan set (people, total_fen) = (select count(*)::int, coalesce(sum(net_fen), 0)::bigint"
        " from payment_transfer where county_code = $1 and plan_id = $2 and round = 1 and state <> 'left_out')"
        " where county_code = $1 and id = $2",
        county_code, plan_id,
    )  # fmt: skip


async def decide(
    county_code: int, plan_id: int, people: Sequence[int], decision: str, note: str, by: int, by_name: str, at: datetime
) -> int:
    """How many of them are on the list to be looked at."""
    tag = await engine.execute(
        "update payment_transfer set decision = $4, decision_note = $5, decided_by = $6, decided_by_name = $7, decided_at = $8"
        " where county_code = $1 and plan_id = $2 and person_id = any($3::bigint[]) and findings <> '{}'",
        county_code, plan_id, list(people), decision, note, by, by_name, at,
    )  # fmt: skip
    return int(tag.rpartition(" ")[2])


async def promised(county_code: int, plan_id: int) -> int:
    """分 of other plans whose money is in the expenditure account and not booked as paid yet."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(total_fen), 0)::bigint from payment_plan where county_code = $1 and id <> $2"
        " and state in ('funded', 'transferred', 'sent', 'settled') and document_id is null",
        county_code, plan_id,
    )  # fmt: skip
    return fen


async def indexes(county_code: int, people: Sequence[int]) -> dict[int, bytes]:
    """Person to the keyed index by which messages find him."""
    rows = await engine.fetch(
        "select id, id_index from person where county_code = $1 and id = any($2::bigint[])", county_code, list(people)
    )
    return {row["id"]: row["id_index"] for row in rows}


# ------------------------------------------------------------------ files


async def stopped_since(county_code: int, plan_id: int, month: int, stopping: Sequence[str]) -> list[int]:
    """People who wait for their file and whose pension has stopped since the plan was approved (R-258): who was stopped before has
    no regular line in it, only what is settled of earlier months. `stopping`: situations of sentence_spell that pay nothing."""
    rows = await engine.fetch(
        "with stopped as (select person_id from benefit where county_code = $1 and state = 'ended' and ended_month < $3"
        " union select person_id from benefit_suspension where county_code = $1 and state = 'confirmed' and first_month <= $3"
        " and coalesce(last_month, $3) >= $3 union select person_id from sentence_spell where county_code = $1"
        " and situation = any($4::text[]) and not acquitted and first_month <= $3 and coalesce(last_month, $3) >= $3)"
        " select t.person_id from stopped join payment_transfer t using (person_id) where t.county_code = $1 and t.plan_id = $2"
        " and t.state = 'planned' and exists (select from payment_line l where l.county_code = $1 and l.plan_id = $2"
        " and l.person_id = t.person_id and l.kind = 'regular' and not l.voided) order by t.person_id for update of t",
        county_code, plan_id, month, list(stopping),
    )  # fmt: skip
    return [row["person_id"] for row in rows]


async def pay_nothing(county_code: int, plan_id: int, on: date) -> None:
    """Whose deductions eat up the month: there is nothing for the bank to do."""
    await engine.execute(
        "update payment_transfer set state = 'paid', paid_on = $3 where county_code = $1 and plan_id = $2 and state = 'planned'"
        " and net_fen = 0",
        county_code, plan_id, on,
    )  # fmt: skip


async def next_bank(county_code: int, plan_id: int) -> str | None:
    """A bank that has to be sent a file."""
    bank: str | None = await engine.fetchval(
        "select min(bank) from payment_transfer where county_code = $1 and plan_id = $2 and state = 'planned'",
        county_code,
        plan_id,
    )
    return bank


async def to_send(county_code: int, plan_id: int, bank: str, limit: int) -> list[ToSend]:
    """In order of person: the same rows in the same order, however often it is asked."""
    rows = await engine.fetch(
        "select t.person_id, t.round, p.name, p.id_number_sealed, a.account_sealed, t.region_code, t.net_fen"
        " from (select * from payment_transfer where county_code = $1 and plan_id = $2 and state = 'planned' and bank = $3"
        " order by person_id limit $4) t join person p on p.county_code = $1 and p.id = t.person_id join payment_account a"
        " on a.county_code = $1 and a.id = t.payment_account_id order by t.person_id",
        county_code, plan_id, bank, limit,
    )  # fmt: skip
    id_number, account_no = opener("person.id_number"), opener(BANK_ACCOUNT)
    return [
        ToSend(
            person_id=row["person_id"], round=row["round"], name=row["name"], id_number=id_number(row["id_number_sealed"]),
            account_no=account_no(row["account_sealed"]), region_code=row["region_code"], net_fen=row["net_fen"],
        )
        for row in rows
    ]  # fmt: skip


async def sent(county_code: int, plan_id: int, file_id: int, people: Sequence[int]) -> None:
    """`people`: in the order of the file."""
    await engine.execute(
        "insert into payment_file (county_code, file_id, plan_id) values ($1, $2, $3)", county_code, file_id, plan_id
    )
    await engine.execute(
        "update payment_transfer t set state = 'sent', file_id = $3, row_no = u.row_no from unnest($4::bigint[]) with ordinality"
        " as u (person_id, row_no) where t.county_code = $1 and t.plan_id = $2 and t.person_id = u.person_id and t.state = 'planned'",
        county_code, plan_id, file_id, list(people),
    )  # fmt: skip


async def plan_of_file(county_code: int, file_id: int) -> int | None:
    found: int | None = await engine.fetchval(
        "select plan_id from payment_file where county_code = $1 and file_id = $2", county_code, file_id
    )
    return found


async def answered(county_code: int, plan_id: int, file_id: int, failed: Mapping[int, str], paid_on: date) -> None:
    """`failed`: the rows that the bank could not pay, each with its reason; all others are paid."""
    if failed:
        await engine.execute(
            "update payment_transfer t set state = 'failed', reason = u.reason from unnest($4::int[], $5::text[]) as u (row_no, reason)"
            " where t.county_code = $1 and t.plan_id = $2 and t.file_id = $3 and t.row_no = u.row_no and t.state = 'sent'",
            county_code, plan_id, file_id, list(failed), list(failed.values()),
        )  # fmt: skip
    await engine.execute(
        "update payment_transfer set state = 'paid', paid_on = $4 where county_code = $1 and plan_id = $2 and file_id = $3"
        " and state = 'sent'",
        county_code, plan_id, file_id, paid_on,
    )  # fmt: skip


async def people_of_rows(county_code: int, plan_id: int, file_id: int, rows: Sequence[int]) -> dict[int, int]:
    """Row to person."""
    found = await engine.fetch(
        "select row_no, person_id from payment_transfer where county_code = $1 and plan_id = $2 and file_id = $3"
        " and row_no = any($4::int[])",
        county_code, plan_id, file_id, list(rows),
    )  # fmt: skip
    return {row["row_no"]: row["person_id"] for row in found}


async def unfinished(county_code: int, plan_id: int) -> bool:
    """Whether anybody's last transfer is neither paid nor given up."""
    found: bool = await engine.fetchval(
        "select exists (select from payment_transfer t where t.county_code = $1 and t.plan_id = $2 and t.state in ('planned', 'sent',"
        " 'failed') and not exists (select from payment_transfer x where x.county_code = $1 and x.plan_id = $2"
        " and x.person_id = t.person_id and x.round > t.round))",
        county_code, plan_id,
    )  # fmt: skip
    return found


# ------------------------------------------------------------------ what failed


async def lock_transfer(county_code: int, plan_id: int, person_id: int) -> Transfer | None:
    row = await engine.fetchrow(
        "select t.person_id, t.round, t.state, t.net_fen, t.deducted_fen, t.region_code, p.name, p.id_index, (select min(l.due_month)"
        " from payment_line l where l.county_code = $1 and l.plan_id = $2 and l.person_id = $3) as first_due from payment_transfer t"
        " join person p on p.county_code = $1 and p.id = t.person_id where t.county_code = $1 and t.plan_id = $2"
        " and t.person_id = $3 order by t.round desc limit 1 for update of t",
        county_code, plan_id, person_id,
    )  # fmt: skip
    return Transfer(**dict(row)) if row else None


async def next_round(county_code: int, plan_id: int, person_id: int) -> bool:
    """The failed transfer anew, to the account in use; False without an account that can be used."""
    tag = await engine.execute(
        "insert into payment_transfer (county_code, plan_id, person_id, round, payment_account_id, region_code, bank, net_fen,"
        " deducted_fen, carried_fen, state) select t.county_code, t.plan_id, t.person_id, t.round + 1, a.id, t.region_code, a.bank,"
        " t.net_fen, t.deducted_fen, t.carried_fen, 'planned' from payment_transfer t join payment_account a on a.county_code = $1"
        " and a.person_id = t.person_id and a.ended_at is null and a.state <> 'rejected' where t.county_code = $1 and t.plan_id = $2"
        " and t.person_id = $3 order by t.round desc limit 1",
        county_code, plan_id, person_id,
    )  # fmt: skip
    return tag.endswith(" 1")


async def give_up(county_code: int, plan_id: int, transfer: Transfer, reason: str) -> None:
    """It is not paid: the next plan owes these months again, and what it had deducted is still to be deducted. A one-off is free for
    the next plan."""
    await engine.execute(
        "update payment_line set voided = true where county_code = $1 and plan_id = $2 and person_id = $3 and kind = 'one_off'",
        county_code, plan_id, transfer.person_id,
    )  # fmt: skip
    await engine.execute(
        "update payment_transfer set state = 'void', reason = $5 where county_code = $1 and plan_id = $2 and person_id = $3"
        " and round = $4",
        county_code, plan_id, transfer.person_id, transfer.round, reason,
    )  # fmt: skip
    await engine.execute(
        "update benefit set recheck_from = least(recheck_from, $3), carried_fen = carried_fen + $4, version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, transfer.person_id, transfer.first_due, transfer.deducted_fen,
    )  # fmt: skip
