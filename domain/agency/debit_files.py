"""Debit, sign and payment files as they lie between us and a bank: sent once, answered once (湖南省经办工作流程十三).

Inside the caller's transaction.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from db.stores import agreements as store
from db.stores import exchange
from db.stores.agreements import SentFile
from db.stores.exchange import NewFile
from domain.errors import NotFound, Problem, Refused

DEBITS = ("debit", "signing")


async def send(
    county_code: int, bank: str, kind: str, name: str, body: bytes, rows: int, fen: int, at: datetime, document_id: int | None = None
) -> int:  # fmt: skip
    """Keeps a file for the bank, to be downloaded as often as needed, always the same."""
    await exchange.lock_partner(county_code, bank)
    return await exchange.insert(county_code, NewFile(
        partner=bank, direction="out", kind=kind, sequence=await exchange.next_out(county_code, bank), digest=digest_of(body),
        file_name=name, business_on=at.date(), row_count=rows, total_fen=fen, state="sent", body=body, document_id=document_id,
    ), at)  # fmt: skip


def digest_of(*parts: bytes) -> str:
    """Of each part by itself, so that no line can wander from one file to the other unseen."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


async def sent(county_code: int, file_id: int, kinds: Sequence[str] = DEBITS) -> SentFile:
    """One of our files of these kinds, held for this transaction. NotFound when there is none."""
    found = await store.lock_file(county_code, file_id, kinds)
    if found is None:
        raise NotFound
    await exchange.lock_partner(county_code, found.partner)
    return found


async def heard(county_code: int, sent: SentFile, digest: str) -> bool:
    """Whether this answer came before. Refused when another one did."""
    if sent.state == "sent":
        return False
    before, _ = await exchange.taken(county_code, sent.partner, sent.sequence)
    if before != digest:
        raise Refused(Problem("other-return", "这份文件已经回过盘，内容和这次不同。请先和银行核对。"))
    await exchange.came_again(county_code, sent.partner, sent.sequence)
    return True


async def answered(county_code: int, sent: SentFile, success: bytes, failure: bytes, at: datetime) -> None:
    """The answer bears the number of what it answers."""
    body = msgspec.json.encode({"success": success, "failure": failure})
    await exchange.set_state(county_code, sent.id, "processed", at)
    await exchange.insert(county_code, NewFile(
        partner=sent.partner, direction="in", kind="return", sequence=sent.sequence, digest=digest_of(success, failure),
        file_name=sent.file_name, business_on=at.date(), row_count=success.count(b"\n") + failure.count(b"\n"), total_fen=0,
        state="processed", body=body,
    ), at)  # fmt: skip
