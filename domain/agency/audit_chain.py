"""The audit log's chain: SM3 over each entry and the seal before it, one chain a county (R-020).

The worker seals after the fact, so business transactions never wait for each other. What is edited, taken away or cut
off afterwards shows; entries no seal covers yet are counted, with their age.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from db.engine import transaction
from db.queries import audit as audit_query
from db.queries.audit import Link, Unsealed
from db.stores import audit_seal

CHUNK = 5000


class Fault(StrEnum):
    EDITED = "edited"  # the entry, or a seal, says something else than when it was sealed
    ENTRY_MISSING = "entry_missing"
    SEAL_MISSING = "seal_missing"
    CUT_OFF = "cut_off"  # the chain ends before its recorded end, or ends otherwise


FAULT_TITLES: dict[Fault, str] = {
    Fault.EDITED: "被改动过",
    Fault.ENTRY_MISSING: "被删除了",
    Fault.SEAL_MISSING: "封存记录被删除了",
    Fault.CUT_OFF: "封存链的末尾对不上",
}


class Bad(Struct, frozen=True):
    """`entry_id` is None where nobody can tell any more which entry it was."""

    fault: Fault
    position: int
    entry_id: int | None


class Report(Struct, frozen=True, kw_only=True):
    """`digest`: the end of the chain in hex, to be noted down outside the system and compared later."""

    county_code: int
    sealed: int
    digest: str
    bad: int
    first_bad: Bad | None
    unsealed: Unsealed

    @property
    def intact(self) -> bool:
        return self.first_bad is None


async def seal(county_code: int, at: datetime) -> int:
    """Seals everything that waits, chunk by chunk; returns how many entries. 0 also while another worker is at it."""
    sealed, after, over = 0, None, False
    while True:
        async with transaction():
            head = await audit_seal.take_head(county_code)
            if head is None:
                return sealed
            if after is None:  # what ended before this round began is what the whole round can see
                after, over = head["settled_id"], head["over"]
            ids = await audit_seal.seal_next(county_code, head, after, at, CHUNK)
            sealed += len(ids)
            if len(ids) < CHUNK:
                if ids or head["settled_id"] < head["newest_id"]:
                    await audit_seal.settle(county_code, over=over)
                return sealed
            after = ids[-1]


async def verify(county_code: int) -> Report:
    """Reads the whole chain, a chunk at a time, and says where it first breaks."""
    head = await audit_query.head(county_code)
    walk = _Walk()
    async for links in audit_query.links(county_code, head.position):
        for link in links:
            walk.step(link)
    walk.end(head)
    return Report(
        county_code=county_code, sealed=walk.sealed, digest=head.digest.hex(), bad=walk.bad, first_bad=walk.first_bad,
        unsealed=await audit_query.unsealed(county_code),
    )  # fmt: skip


class _Walk:
    def __init__(self) -> None:
        self.position, self.digest = 0, audit_query.NO_SEAL
        self.sealed = self.bad = 0
        self.first_bad: Bad | None = None

    def step(self, link: Link) -> None:
        if link.position != self.position + 1:
            self._found(Bad(Fault.SEAL_MISSING, self.position + 1, None))
        elif link.entry is None:
            self._found(Bad(Fault.ENTRY_MISSING, link.position, link.entry_id))
        elif audit_query.digest(self.digest, link.entry) != link.digest:
            self._found(Bad(Fault.EDITED, link.position, link.entry_id))
        # Goes on from the stored seal, so that one edited entry is one fault.
        self.position, self.digest = link.position, link.digest
        self.sealed += 1

    def end(self, head: audit_query.Head) -> None:
        if (self.position, self.digest) != (head.position, head.digest):
            self._found(Bad(Fault.CUT_OFF, self.position + 1, None))

    def _found(self, bad: Bad) -> None:
        self.bad += 1
        self.first_bad = self.first_bad or bad
