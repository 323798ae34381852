"""The agency's side of the exchange folder in front of the simulators: files given to them, and what came back."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from domain.exchange import envelope, finance, tax
from domain.exchange.envelope import Acknowledgement, Answer, Message
from sandbox.counterpart.faults import Fault
from sandbox.tax.bureau import Bureau
from tests.exchange.rows import header

ON = "20261120"
DAY = date(2026, 11, 20)
PAY = "439901198104150127,周禾苗,2026,200\n43990119790730034X,刘㐂梅,2025,500.5\n"
REGISTRATION = tax.Registration(
    action=tax.Action.ENROLL, participant_no="1001", social_security_no="439901198104150127", id_type="01", name="周禾苗",
    region_code="439901010201", effective_on=DAY,
)  # fmt: skip
REQUEST = finance.SubsidyRequest(
    request_no="BT202611", period=202611, tier="第一档", standard_fen=20000, times=100, personal_fen=2000000,
    province_fen=300001, city_fen=100000, county_fen=50000, government_paid_fen=0, amount_fen=450001,
)  # fmt: skip


def bureau(folder: Path, fault: Fault | None = None) -> Bureau:
    return Bureau(folder, "439901", "1", fault)


def give(folder: Path, name: str, data: bytes) -> None:
    part = folder / "out" / f"{name}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(data)
    part.rename(folder / "out" / name)


def give_message(folder: Path, module: type[tax], kind: str, rows: Sequence[Struct], sequence: int = 1) -> None:
    about = header(kind, "agency", sequence)
    give(folder, envelope.file_name(about), module.encode(about, rows))


def files(folder: Path) -> list[bytes]:
    """What came, by name; each is looked at once."""
    found = []
    for path in sorted((folder / "in").glob("*")):
        found.append(path.read_bytes())
        path.unlink()
    return found


def messages(folder: Path, module: type[tax] = tax) -> dict[str, Message]:
    return {message.header.type: message for message in map(module.decode, files(folder))}


def answers(folder: Path, module: type[tax] = tax) -> list[Answer]:
    decoded = [module.decode(data) for data in files(folder)]
    return [row.answer for message in decoded for row in message.rows if isinstance(row, Acknowledgement)]


def pay(folder: Path, fault: Fault | None = None) -> None:
    (folder / "tax").mkdir(parents=True, exist_ok=True)
    (folder / "tax" / "pay.csv").write_text(PAY, encoding="utf-8")
    bureau(folder, fault).look(ON)
