"""The folder of exchanged files: the worker lays out what is to be sent and takes in what came (docs/exchange.md)."""

from datetime import datetime
from pathlib import Path

from db.engine import transaction
from db.stores import exchange as store
from domain.agency import tax_exchange
from domain.exchange.envelope import Answer
from domain.exchange.tax import TAX
from ops import settings

BYTES_AT_MOST = 60_000_000


async def exchange_with_tax(county_code: int, at: datetime) -> None:
    """One round. A file is moved away only after what it brought is committed; a round that dies there takes it again, and
    the number tells that it came before."""
    folder = settings.exchange() / TAX
    if not is_there(folder):
        return  # no such partner yet
    await take_in(county_code, folder, at)
    await tax_exchange.send_registrations(county_code, at)
    await tax_exchange.send_refunds(county_code, at)
    await lay_out(county_code, folder, at)


def is_there(folder: Path) -> bool:
    return (folder / "in").is_dir()


def waiting(county_code: int, folder: Path) -> list[Path]:
    """What the partner laid there for this county, in the order of its numbers, with which the names end."""
    return sorted(folder.glob(f"in/{county_code:06d}_*.[tT][xX][tT]"), key=lambda path: path.stem.rpartition("_")[2])


async def take_in(county_code: int, folder: Path, at: datetime) -> None:
    for path in waiting(county_code, folder):
        data = path.read_bytes() if path.stat().st_size <= BYTES_AT_MOST else b""
        taken = await tax_exchange.receive(county_code, data, path.name, at)
        target = folder / ("bad" if taken.answer is Answer.REFUSED else "done")
        target.mkdir(exist_ok=True)
        path.rename(target / path.name)


async def lay_out(county_code: int, folder: Path, at: datetime) -> None:
    """Under another name first: the partner never sees half a file."""
    (folder / "out").mkdir(exist_ok=True)
    for file_id, name, data in await store.to_write(county_code, TAX):
        part = folder / "out" / f"{name}.part"
        part.write_bytes(data)
        part.rename(folder / "out" / name)
        async with transaction():
            await store.set_state(county_code, file_id, "sent", at)
