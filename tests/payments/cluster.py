"""A private server that may be killed, with a county ready for December's payment month."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from db import engine
from db.embedded import ADMIN, APP, OWNER, EmbeddedPostgres
from db.migrations.support import create_installation, migrate
from db.seed.base import seed_base
from tests.conftest import SEEDED_AT, Database
from tests.make import GROUP, OTHER_GROUP
from tests.payments import month as way
from tests.payments.acting import STEPS

READY = "december"
TOTAL = 6 * 20923  # 乙…庚, one of them with two months; 壬 has more to give back, 辛 no account

# Everything a month leaves behind, without times and without the numbers a rolled back attempt uses up.
ROWS = (
    "select month, state, people, total_fen, requested_on, funded_on, transferred_on, closed_by_name from payment_plan",
    "select person_id, due_month, kind, total_fen, voided, reason from payment_line order by 1, 2, 3",
    ("select t.person_id, t.round, t.state, t.bank, t.net_fen, t.deducted_fen, t.carried_fen, t.row_no, f.file_name, t.paid_on,"
    " t.findings, t.decision, t.reason from payment_transfer t left join exchange_file f on f.id = t.file_id order by 1, 2"),
    "select partner, direction, sequence, file_name, digest, row_count, total_fen, state, times from exchange_file order by 1, 2, 3",
    "select person_id, state, paid_until, recheck_from, carried_fen from benefit order by 1",
    "select account_id, kind, is_interest, personal_fen from ledger_entry order by account_id, value_on, kind, is_interest",
    "select account_id, personal_fen, personal_interest_fen from account_balance order by 1",
    ("select account, debit_fen, credit_fen from voucher_line join voucher using (county_code, period, number)"
    " order by number, position"),
    "select recipient_index, title, count(*) from message group by 1, 2 order by 1, 2",
    "select action, actor_name, count(*) from audit_entry group by 1, 2 order by 1, 2",
    "select kind, state, trouble from batch_run",
    "select key, state, rows_done, amount_fen, detail from run_chunk order by key",
)  # fmt: skip


class Cluster:
    """A server of which commits survive; each test gets a copy of the county."""

    def __init__(self, home: Path) -> None:
        self.server = EmbeddedPostgres(home)
        self.expected: list[list[tuple[object, ...]]] = []  # what a month leaves behind that nobody disturbs

    def kill(self) -> None:
        """Every process of it at once, as when the machine runs out of memory."""
        server = int((self.server.data / "postmaster.pid").read_text().split("\n", 1)[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *map(int, children)):
            os.kill(process, signal.SIGKILL)

    async def build(self) -> None:
        await self.server.prepare(READY)
        await migrate(self.server.dsn(OWNER, READY))
        await create_installation(self.server.dsn(OWNER, READY), "test", SEEDED_AT)
        await engine.open_pool(self.server.dsn(APP, READY))
        await seed_base(SEEDED_AT)
        for n in range(1, 9):
            await way.draws(
                n, region=(GROUP, OTHER_GROUP)[n % 2], first=202611 if n == 6 else way.MONTH,
                bank={6: "邮储银行", 7: None, 8: "邮储银行"}.get(n, way.BANK), held=50_000,
            )  # fmt: skip
        await engine.execute("update benefit set carried_fen = 99900 where person_id = (select max(id) from person)")
        await way.money(7 * 20923)
        await engine.close_pool()
        async with self.copy("undisturbed"):
            for step in STEPS.values():
                await step()
            self.expected = await left_behind()

    @asynccontextmanager
    async def copy(self, name: str) -> AsyncIterator[Database]:
        admin = await asyncpg.connect(self.server.dsn(ADMIN, "postgres"))
        await admin.execute(f"create database {name} template {READY} owner {OWNER} strategy file_copy")
        await admin.close()
        await engine.open_pool(self.server.dsn(APP, name))
        try:
            yield Database(name, self.server.dsn(APP, name), self.server.dsn(OWNER, name))
        finally:
            await engine.close_pool()


async def left_behind() -> list[list[tuple[object, ...]]]:
    return [[tuple(row) for row in await engine.fetch(rows)] for rows in ROWS]


@contextmanager
def cluster(place: Path) -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(prefix=f"pension-session-{os.getpid()}-killed-", dir=place))
    found = Cluster(home)
    found.server.start()
    try:
        asyncio.run(found.build())
        yield found
    finally:
        found.server.start()  # a test that failed may have left it dead
        found.server.stop()
        shutil.rmtree(home)
