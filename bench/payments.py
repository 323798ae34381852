"""A payment month of many people: the plan, the bank's files and the bank's answer, each beside its floor on the same data.

`plan`    the dry run, which writes lines and transfers, beside one statement that writes rows of the same shape: no comparison of
          owed with paid, no findings, no checkpoint
`files`   beside reading and decrypting the same rows and writing the same bytes to a file: nothing marked as sent, nothing sealed
`return`  beside splitting the lines, a COPY of the numbers and one update: nothing held beside what was sent
"""

import asyncio
import tempfile
import time
from datetime import datetime
from typing import Any

from bench.settlement import ACCOUNTS, FIRST_COUNTY, PEOPLE, TOWNSHIPS, person, work
from bench.stage import Stage
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
KIND = payment_month.KIND
SEALED = "update person set id_number_sealed = $2 where county_code = $1"
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
select $1, n, 'card', '农商银行', '村民', $3::bytea, decode(lpad(to_hex(n), 64, '0'), 'hex'), '0000', 'verified', 'claim', '2026-11-20'
  from generate_series(1, $2::int) n
"""
BARE = """
with w as (select b.person_id, s.* from benefit b cross join lateral (select id as standard_id, basic_central_fen, basic_county_fen,
             account_personal_fen, total_fen from benefit_standard s where s.county_code = $1 and s.person_id = b.person_id
             order by from_month desc, id desc limit 1) s where b.county_code = $1 and b.state = 'confirmed'),
 l as (insert into payment_line (county_code, plan_id, person_id, due_month, kind, standard_id, basic_central_fen, basic_county_fen,
             account_personal_fen) select $1, $2, person_id, 202612, 'regular', standard_id, basic_central_fen, basic_county_fen,
             account_personal_fen from w order by person_id)
insert into payment_transfer (county_code, plan_id, person_id, payment_account_id, region_code, bank, net_fen, state, findings)
select $1, $2, w.person_id, a.id, p.region_code, a.bank, w.total_fen, 'planned', '{first_payment}' from w
  join person p on p.county_code = $1 and p.id = w.person_id
  join payment_account a on a.county_code = $1 and a.person_id = w.person_id and a.ended_at is null order by w.person_id
"""
READ = """
select t.person_id, p.name, p.id_number_sealed, a.account_sealed, t.region_code, t.net_fen from payment_transfer t
  join person p on p.county_code = $1 and p.id = t.person_id
  join payment_account a on a.county_code = $1 and a.id = t.payment_account_id where t.county_code = $1 order by t.person_id
"""
ANSWERED = """
update payment_transfer t set state = 'paid', paid_on = '2026-12-10' from answer x
 where t.county_code = $1 and t.file_id = 1 and t.row_no = x.row_no
"""


async def fill(stage: Stage, name: str, people: int) -> str:
    dsn = await stage.copy(name)
    owner = await stage.owner(name)
    county = FIRST_COUNTY
    await owner.execute(PEOPLE, county, people, TOWNSHIPS)
    await owner.execute(SEALED, county, seal("439901196611100014", "person.id_number"))
    await owner.execute(
        "insert into region (code, county_code, name, full_name, opened_on) select $1::int || lpad(n::text, 2, '0'), $1, '镇',"
        " '镇', '2011-07-01' from generate_series(1, $2) n on conflict do nothing", county, TOWNSHIPS,
    )  # fmt: skip
    for statement in (ACCOUNTS, BENEFITS, STANDARDS):
        await owner.execute(statement, county, people)
    await owner.execute(CARDS, county, people, seal("6228480402512345678", BANK_ACCOUNT))
    await owner.execute("vacuum analyze")
    await owner.close()
    return dsn


async def ours(stage: Stage, name: str, people: int) -> tuple[dict[str, float], list[Debit], bytes]:
    """Seconds of each step, what the files asked for and the bank's answer."""
    county, spent = FIRST_COUNTY, {}
    await engine.open_pool(await fill(stage, name, people), max_size=2)
    owner = await stage.owner(name)
    try:
        began = time.monotonic()
        run_id = await run.prepare(KIND, county, "202612", person(county, 1, Post.COUNTY_BENEFIT), AT)
        await work(county)
        spent["plan"] = time.monotonic() - began
        await owner.execute("update payment_transfer set decision = 'accepted'")
        await run.review(KIND, county, run_id, person(county, 2, Post.FINANCE_SUPERVISOR), AT)
        began = time.monotonic()
        await run.approve(KIND, county, run_id, person(county, 3, Post.COUNTY_HEAD), AT)
        await work(county)
        spent["approval"] = time.monotonic() - began
        plan = await query.latest(county)
        assert plan is not None
        assert (plan.state, plan.people) == ("approved", people)
        await owner.execute("update payment_plan set state = 'transferred', transferred_on = '2026-12-10'")
        cashier = person(county, 4, Post.CASHIER)
        began = time.monotonic()
        await payments.write_files(county, plan.id, cashier, AT)
        spent["files"] = time.monotonic() - began
        (file,) = await query.files(county, plan.id)
        found = await query.file_body(county, file.id)
        assert found is not None
        asked = formats.decode_debits(found[1])
        said = "".join(f"{x.participant_no}|{x.name}|{x.id_number}|{x.account_no}\r\n" for x in asked).encode("gb18030")
        began = time.monotonic()
        await payments.take_return(county, file.id, said, b"", file.total_fen, AT.date(), cashier, AT)
        spent["return"] = time.monotonic() - began
        assert await query.counts(county, plan.id) == {"paid": people}
    finally:
        await owner.close()
        await engine.close_pool()
    return spent, asked, said


async def floors(stage: Stage, name: str, people: int, batch_no: str, said: bytes) -> tuple[dict[str, float], bytes]:
    """Seconds of each step, and the file."""
    county, spent = FIRST_COUNTY, {}
    await fill(stage, name, people)
    owner = await stage.owner(name)
    await owner.execute("insert into batch_run (county_code, kind, period, state, settings, prepared_by, prepared_by_name, prepared_at)"
                        " values ($1, 'x', 'x', 'done', '{}', 1, 'x', now())", county)  # fmt: skip
    await owner.execute("insert into payment_plan (county_code, month, run_id, state, pay_on, created_at) select $1, 202612, id, 'draft',"
                        " '2026-12-25', now() from batch_run", county)  # fmt: skip
    plan_id = await owner.fetchval("select id from payment_plan")
    began = time.monotonic()
    await owner.execute(BARE, county, plan_id)
    spent["plan"] = time.monotonic() - began
    began = time.monotonic()
    body = "".join(
        f"{county}-{row[0]}|{row[1]}|{unseal_text(row[2], 'person.id_number')}|{row[5] // 100}.{row[5] % 100:02d}|{batch_no}|"
        f"{unseal_text(row[3], BANK_ACCOUNT)}|{row[4]}\r\n"
        for row in await owner.fetch(READ, county)
    ).encode("gb18030")
    with tempfile.TemporaryFile() as file:
        file.write(body)
    spent["files"] = time.monotonic() - began
    await owner.execute("update payment_transfer set state = 'sent', file_id = 1, row_no = person_id")
    await owner.execute("create temp table answer (row_no int, reason text)")
    began = time.monotonic()
    rows = [(int(line.partition("|")[0].partition("-")[2]), "") for line in said.decode("gb18030").splitlines()]
    await owner.copy_records_to_table("answer", records=rows)
    await owner.execute("analyze answer")
    await owner.execute(ANSWERED, county)
    spent["return"] = time.monotonic() - began
    await owner.close()
    return spent, body


async def measure(stage: Stage, people: int) -> dict[str, Any]:
    mine, asked, said = await ours(stage, "payments_ours", people)
    floor, body = await floors(stage, "payments_bare", people, asked[0].batch_no, said)
    assert body == formats.encode_debits(asked), "the floor writes the same bytes"
    return {"people": people, "seconds": mine, "floor_seconds": floor, "megabytes": len(body) / 1e6,
            "ratio": {step: mine[step] / seconds for step, seconds in floor.items()}}  # fmt: skip


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    sizes = (2_000,) if quick else (100_000,)
    return {f"{people}": asyncio.run(measure(stage, people)) for people in sizes}
