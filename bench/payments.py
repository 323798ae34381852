"""A payment month of many people: the plan, the bank's files and the bank's answer, each beside its floor on the same data.

`plan`    the dry run of a first month, which writes lines and transfers, beside one statement that writes rows of the same shape: no
          comparison of owed with paid, no findings, no checkpoint
`next`    the dry run of the month after, when everybody was paid, beside the same statement on the same data
`files`   beside reading and decrypting the same rows and writing the same bytes to a file: nothing marked as sent, nothing sealed
`return`  beside splitting the lines, a COPY of the numbers and one update: nothing held beside what was sent
"""

import asyncio
import tempfile
from datetime import datetime
from typing import Any

from bench.settlement import ACCOUNTS, PEOPLE, TOWNSHIPS, person, work
from bench.settlement import FIRST_COUNTY as COUNTY
from bench.stage import Spent, Stage, compared
from db import engine
from db.crypto import seal, unseal_text
from db.queries import payments as query
from db.queries.clock import CHINA
from db.stores.benefits import BANK_ACCOUNT
from domain import payments
from domain.actor import Post
from domain.exchange import bank as formats
from domain.exchange.bank import Debit
from domain.runs import payment_month, run

AT = datetime(2026, 12, 10, 9, tzinfo=CHINA)
NEXT_MONTH = datetime(2027, 1, 11, 9, tzinfo=CHINA)
KIND = payment_month.KIND
FILLED, OURS, NEXT, BARELY = "payments_filled", "payments_ours", "payments_next", "payments_bare"
NUMBERS = "create temp table numbers (n int, id_number bytea, account_no bytea)"  # sealed
SEALED = "update person p set id_number_sealed = x.id_number from numbers x where p.county_code = $1 and p.id = x.n"
BENEFITS = """
insert into benefit (county_code, person_id, account_id, eligible_on, first_month, years, state, determined_at, confirmed_at,
                     certified_month, paid_until)
select $1, n, n, '2026-11-10', 202612, 15, 'confirmed', '2026-11-20', '2026-11-21', 202611, 202611 from generate_series(1, $2::int) n
"""
STANDARDS = """
insert into benefit_standard (county_code, person_id, from_month, reason, basic_central_fen, basic_county_fen, account_personal_fen,
                              decided_at, decided_by, decided_by_name)
select $1, n, 202612, 'determination', 14300, n % 1000, 6623, '2026-11-20', 1, 'x' from generate_series(1, $2::int) n
"""
CARDS = """
insert into payment_account (county_code, person_id, kind, bank, holder_name, account_sealed, account_index, account_tail, state,
                             origin, since)
select $1, n, 'card', '农商银行', '村民', account_no, decode(lpad(to_hex(n), 64, '0'), 'hex'), '0000', 'verified', 'claim', '2026-11-20'
  from numbers
"""
BARE = """
with w as (select b.person_id, s.* from benefit b cross join lateral (select id as standard_id, basic_central_fen, basic_county_fen,
             account_personal_fen, total_fen from benefit_standard s where s.county_code = $1 and s.person_id = b.person_id
             order by from_month desc, id desc limit 1) s where b.county_code = $1 and b.state = 'confirmed'),
 l as (insert into payment_line (county_code, plan_id, person_id, due_month, kind, standard_id, basic_central_fen, basic_county_fen,
             account_personal_fen) select $1, $2, person_id, $3, 'regular', standard_id, basic_central_fen, basic_county_fen,
             account_personal_fen from w order by person_id)
insert into payment_transfer (county_code, plan_id, person_id, payment_account_id, region_code, bank, net_fen, state, findings)
select $1, $2, w.person_id, a.id, p.region_code, a.bank, w.total_fen, 'planned', $4 from w
  join person p on p.county_code = $1 and p.id = w.person_id
  join payment_account a on a.county_code = $1 and a.person_id = w.person_id and a.ended_at is null order by w.person_id
"""
PLAN = """
with r as (insert into batch_run (county_code, kind, period, state, settings, prepared_by, prepared_by_name, prepared_at)
           values ($1, 'x', 'x', 'done', '{}', 1, 'x', now()) returning id)
insert into payment_plan (county_code, month, run_id, state, pay_on, created_at) select $1, $2, id, 'draft', '2026-12-25', now() from r
returning id
"""
READ = """
select t.person_id, p.name, p.id_number_sealed, a.account_sealed, t.region_code, t.net_fen from payment_transfer t
  join person p on p.county_code = $1 and p.id = t.person_id
  join payment_account a on a.county_code = $1 and a.id = t.payment_account_id where t.county_code = $1 order by t.person_id
"""
ANSWERED = """
update payment_transfer t set state = 'paid', paid_on = '2026-12-10' from answer x
 where t.county_code = $1 and t.plan_id = $2 and t.file_id = 1 and t.row_no = x.row_no
"""


async def fill(stage: Stage, name: str, people: int) -> None:
    await stage.copy(name)
    owner = await stage.owner(name)
    await owner.execute(PEOPLE, COUNTY, people, TOWNSHIPS)
    await owner.execute(NUMBERS)
    sealed = ((n, seal(f"{439901196611000000 + n}", "person.id_number"), seal(f"{6228480402500000000 + n}", BANK_ACCOUNT))
              for n in range(1, people + 1))  # fmt: skip
    await owner.copy_records_to_table("numbers", records=sealed)
    await owner.execute(SEALED, COUNTY)
    await owner.execute(
        "insert into region (code, county_code, name, full_name, opened_on) select $1::int || lpad(n::text, 2, '0'), $1, '镇',"
        " '镇', '2011-07-01' from generate_series(1, $2) n on conflict do nothing", COUNTY, TOWNSHIPS,
    )  # fmt: skip
    for statement in (ACCOUNTS, BENEFITS, STANDARDS):
        await owner.execute(statement, COUNTY, people)
    await owner.execute(CARDS, COUNTY)
    await owner.execute("vacuum analyze")
    await owner.close()


async def drafted(month: int, at: datetime) -> int:
    """The run after its dry run."""
    run_id = await run.prepare(KIND, COUNTY, f"{month}", person(COUNTY, 1, Post.COUNTY_BENEFIT), at)
    await work(COUNTY)
    return run_id


async def ours(stage: Stage, people: int) -> tuple[dict[str, Spent], list[list[Debit]], list[bytes]]:
    """What each step took, what each file asked for and the bank's answer to it. Everybody is paid afterwards."""
    spent: dict[str, Spent] = {}
    await engine.open_pool(await stage.copy(OURS, of=FILLED), max_size=2)
    owner = await stage.owner(OURS)
    try:
        with stage.timed(spent, "plan"):
            run_id = await drafted(202612, AT)
        await owner.execute("update payment_transfer set decision = 'accepted'")
        await run.review(KIND, COUNTY, run_id, person(COUNTY, 2, Post.FINANCE_SUPERVISOR), AT)
        with stage.timed(spent, "approval"):
            await run.approve(KIND, COUNTY, run_id, person(COUNTY, 3, Post.COUNTY_HEAD), AT)
            await work(COUNTY)
        plan = await query.latest(COUNTY)
        assert plan is not None
        assert (plan.state, plan.people) == ("approved", people)
        await owner.execute("update payment_plan set state = 'transferred', transferred_on = '2026-12-10'")
        await owner.execute("vacuum analyze")  # days lie between
        cashier = person(COUNTY, 4, Post.CASHIER)
        with stage.timed(spent, "files"):
            await payments.write_files(COUNTY, plan.id, cashier, AT)
        files = sorted(await query.files(COUNTY, plan.id), key=lambda file: file.id)
        bodies = [await query.file_body(COUNTY, file.id) for file in files]
        asked = [formats.decode_debits(body[1]) for body in bodies if body]
        said = [
            "".join(f"{x.participant_no}|{x.name}|{x.id_number}|{x.account_no}\r\n" for x in rows).encode("gb18030")
            for rows in asked
        ]
        with stage.timed(spent, "return"):
            for file, success in zip(files, said, strict=True):
                await payments.take_return(COUNTY, file.id, success, b"", file.total_fen, AT.date(), cashier, AT)
        assert await query.counts(COUNTY, plan.id) == {"paid": people}
        await owner.execute("vacuum analyze")
    finally:
        await owner.close()
        await engine.close_pool()
    return spent, asked, said


async def ours_next(stage: Stage, spent: dict[str, Spent], people: int) -> None:
    await engine.open_pool(await stage.copy(NEXT, of=OURS), max_size=2)
    try:
        with stage.timed(spent, "next"):
            await drafted(202701, NEXT_MONTH)
        assert await engine.fetchval("select count(*) from payment_transfer where findings = '{}'") == people
    finally:
        await engine.close_pool()


async def floors(stage: Stage, asked: list[list[Debit]], said: list[bytes]) -> dict[str, Spent]:
    spent: dict[str, Spent] = {}
    await stage.copy(BARELY, of=FILLED)
    owner = await stage.owner(BARELY)
    plan_id = await owner.fetchval(PLAN, COUNTY, 202612)
    with stage.timed(spent, "plan"):
        await owner.execute(BARE, COUNTY, plan_id, 202612, ["first_payment"])
    batches = [row.batch_no for rows in asked for row in rows]
    with stage.timed(spent, "files"):
        body = "".join(
            f"{COUNTY}-{row[0]}|{row[1]}|{unseal_text(row[2], 'person.id_number')}|{row[5] // 100}.{row[5] % 100:02d}|{batch_no}|"
            f"{unseal_text(row[3], BANK_ACCOUNT)}|{row[4]}\r\n"
            for row, batch_no in zip(await owner.fetch(READ, COUNTY), batches, strict=True)
        ).encode("gb18030")
        with tempfile.TemporaryFile() as file:
            file.write(body)
    assert body == b"".join(formats.encode_debits(rows) for rows in asked), "the floor writes the same bytes"
    await owner.execute("update payment_transfer set state = 'sent', file_id = 1, row_no = person_id")
    await owner.execute("create temp table answer (row_no int, reason text)")
    with stage.timed(spent, "return"):
        for success in said:
            rows = [
                (int(line.partition("|")[0].partition("-")[2]), "") for line in success.decode("gb18030").splitlines()
            ]
            await owner.copy_records_to_table("answer", records=rows)
        await owner.execute("analyze answer")
        await owner.execute(ANSWERED, COUNTY, plan_id)
    await owner.close()
    await stage.copy(BARELY, of=OURS)
    owner = await stage.owner(BARELY)
    plan_id = await owner.fetchval(PLAN, COUNTY, 202701)
    with stage.timed(spent, "next"):
        await owner.execute(BARE, COUNTY, plan_id, 202701, [])
    await owner.close()
    return spent


async def measure(stage: Stage, people: int, rounds: int) -> dict[str, Any]:
    """Medians; ours and the floor take turns, so that other work on the machine meets both."""
    await fill(stage, FILLED, people)
    mine, floor = [], []
    for _ in range(rounds):
        spent, asked, said = await ours(stage, people)
        floor.append(await floors(stage, asked, said))
        await ours_next(stage, spent, people)
        mine.append(spent)
    megabytes = sum(len(formats.encode_debits(rows)) for rows in asked) / 1e6
    return {"people": people, "megabytes": megabytes} | compared(mine, floor)


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    people, rounds = (2_000, 1) if quick else (300_000, 3)
    return asyncio.run(measure(stage, people, rounds))
