"""The folders of exchanged files: the worker lays out what is to be sent and takes in what came (docs/exchange.md).

A partner exists once its folder has an `in`. A file is moved away only after what it brought is committed; a round that dies
there takes it again, and the number tells that it came before.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from db.engine import transaction
from db.stores import exchange as store
from domain.agency import bank_desk, cards, finance_desk, tax_exchange
from domain.agency.numbered_files import Taken
from domain.exchange.envelope import Answer
from domain.exchange.finance import FINANCE
from domain.exchange.tax import TAX
from domain.exchange.transfer import TRANSFER
from domain.transfers import desk as transfer_desk
from domain.transfers import post as transfer_post
from ops import settings

BYTES_AT_MOST = 60_000_000
Receive = Callable[[int, bytes, str, datetime], Awaitable[Taken]]


async def exchange_with_tax(county_code: int, at: datetime) -> None:
    folder = settings.exchange() / TAX
    if is_there(folder):
        await take_in(county_code, folder, tax_exchange.receive, at)
        await tax_exchange.send_registrations(county_code, at)
        await tax_exchange.send_queued(county_code, at)
        await lay_out(county_code, folder, TAX, at)


async def exchange_with_finance(county_code: int, at: datetime) -> None:
    folder = settings.exchange() / FINANCE
    if is_there(folder):
        await take_in(county_code, folder, finance_desk.receive, at)
        await lay_out(county_code, folder, FINANCE, at)


async def exchange_with_banks(county_code: int, at: datetime) -> None:
    """One bank after the other; trouble with one does not keep the others waiting, and is raised in the end."""
    troubles: list[Exception] = []
    for folder in filter(is_there, sorted(settings.exchange().glob("bank/[A-Z]*"))):
        try:
            await take_in(county_code, folder, partial(bank_desk.receive, folder.name), at)
            await cards.ask_daily(county_code, folder.name, at)
            await lay_out(county_code, folder, folder.name, at)
        except Exception as trouble:  # noqa: BLE001 - raised below
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("not every bank's files are done", troubles)


async def exchange_transfers(county_code: int, at: datetime) -> None:
    """Between counties of this installation from hand to hand; with counties outside through the platform's folder."""
    folder = settings.exchange() / TRANSFER
    if is_there(folder):
        await take_in(county_code, folder, transfer_post.receive, at)
        await transfer_post.send_files(county_code, at)
        await lay_out(county_code, folder, TRANSFER, at)
    await transfer_desk.follow(county_code, at)
    await transfer_post.deliver(county_code, at)


def is_there(folder: Path) -> bool:
    return (folder / "in").is_dir()


def waiting(county_code: int, folder: Path) -> list[Path]:
    """What the partner laid there for this county, in the order of its numbers, with which the names end."""
    return sorted(folder.glob(f"in/{county_code:06d}_*.[tT][xX][tT]"), key=lambda path: path.stem.rpartition("_")[2])


async def take_in(county_code: int, folder: Path, receive: Receive, at: datetime) -> None:
    for path in waiting(county_code, folder):
        data = path.read_bytes() if path.stat().st_size <= BYTES_AT_MOST else b""
        taken = await receive(county_code, data, path.name, at)
        target = folder / ("bad" if taken.answer is Answer.REFUSED else "done")
        target.mkdir(exist_ok=True)
        path.rename(target / path.name)


async def lay_out(county_code: int, folder: Path, partner: str, at: datetime) -> None:
    """Under another name first: the partner never sees half a file."""
    (folder / "out").mkdir(exist_ok=True)
    for file_id, name, data in await store.to_write(county_code, partner):
        part = folder / "out" / f"{name}.part"
        part.write_bytes(data)
        part.rename(folder / "out" / name)
        async with transaction():
            await store.set_state(county_code, file_id, "sent", at)
