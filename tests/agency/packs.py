"""A village with its packs, asked for by 赵敏, and what its assistant says of a line."""

from datetime import date, datetime

from db import engine
from db.stores.village_packs import NewCheck
from domain.actor import Actor
from domain.agency import village_checks, village_packs
from tests import make
from tests.make import COUNTY, FRIDAY, VILLAGE, ZHAO_MIN


async def packed(kind: str = "check_list", by: Actor = ZHAO_MIN, at: datetime = FRIDAY) -> int:
    """Printed, as far as anybody asks."""
    pack_id = await village_packs.ask(VILLAGE, kind, by, at)
    await engine.execute("update village_pack_file set storage_key = 'k' where pack_id = $1", pack_id)
    return pack_id


async def said(
    pack_id: int, answer: str, line_no: int = 1, *, note: str = "", died_on: date | None = None, why: str = "", evidence: str = "",
    by: Actor | None = None, at: datetime = FRIDAY,
) -> None:  # fmt: skip
    new = NewCheck(answer=answer, note=note, died_on=died_on, why_corrected=why)
    await village_checks.report(COUNTY, pack_id, line_no, new, evidence, by or make.assistant(), at)


async def code_of(pack_id: int, line_no: int = 1) -> str:
    found: str = await engine.fetchval(
        "select code from village_pack_line where pack_id = $1 and line_no = $2", pack_id, line_no
    )
    return found
