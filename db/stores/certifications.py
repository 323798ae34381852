"""资格确认 (规程第三十一条): successes, and who is to be reminded. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text


class NewCertification(Struct, frozen=True, kw_only=True):
    """`month`: that of `certified_on`. `evidence`: storage key of a picture."""

    person_id: int
    certified_on: date
    month: int
    method: str
    source: str = ""
    evidence: str = ""
    note: str = ""


class Reminded(Struct, frozen=True):
    id_index: bytes
    phone: str | None


class Pensioner(Struct, frozen=True, kw_only=True):
    """Whom a line of a list means; None where nobody here draws a pension under the number."""

    person_id: int | None
    name: str | None
    certified_month: int | None


async def add(county_code: int, new: Sequence[NewCertification], by: int, by_name: str, at: datetime) -> None:
    """Writes successes and raises what they prove."""
    await engine.execute(
        "insert into certification (county_code, person_id, certified_on, method, source, evidence, note, recorded_at, recorded_by,"
        " recorded_by_name) select $1, t.*, $8, $9, $10 from unnest($2::bigint[], $3::date[], $4::text[], $5::text[], $6::text[],"
        " $7::text[]) t",
        county_code, [n.person_id for n in new], [n.certified_on for n in new], [n.method for n in new], [n.source for n in new],
        [n.evidence for n in new], [n.note for n in new], at, by, by_name,
    )  # fmt: skip
    await engine.execute(
        "update benefit b set certified_month = greatest(b.certified_month, t.month), version = b.version + 1"
        " from unnest($2::bigint[], $3::int[]) t (person_id, month) where b.county_code = $1 and b.person_id = t.person_id",
        county_code, [n.person_id for n in new], [n.month for n in new],
    )  # fmt: skip


async def pensioners(county_code: int, indexes: Sequence[bytes]) -> list[Pensioner]:
    """In the order asked."""
    rows = await engine.fetch(
        "select b.person_id, p.name, b.certified_month from unnest($2::bytea[]) with ordinality t (id_index, at)"
        " left join identity_index i on i.id_index = t.id_index and i.county_code = $1"
        " left join benefit b on b.county_code = $1 and b.person_id = i.person_id and b.state not in ('ended', 'settled')"
        " left join person p on p.county_code = $1 and p.id = b.person_id order by t.at",
        county_code, list(indexes),
    )  # fmt: skip
    return [Pensioner(**dict(row)) for row in rows]


async def to_remind(county_code: int, certified_month: int, title: str, limit: int) -> list[Reminded]:
    """Who was certified last in that month, is paid, and has no message of this title yet."""
    rows = await engine.fetch(
        "select p.id_index, p.phone_sealed from benefit b join person p on p.county_code = $1 and p.id = b.person_id"
        " where b.county_code = $1 and b.state = 'confirmed' and b.certified_month = $2 and not exists (select from"
        " benefit_suspension x where x.county_code = $1 and x.person_id = b.person_id and x.state in ('proposed', 'confirmed'))"
        " and not exists (select from message m where m.county_code = $1 and m.recipient_index = p.id_index and m.channel = 'in_app'"
        " and m.title = $3) order by b.person_id limit $4",
        county_code, certified_month, title, limit,
    )  # fmt: skip
    return [
        Reminded(r["id_index"], unseal_text(r["phone_sealed"], "person.phone") if r["phone_sealed"] else None)
        for r in rows
    ]
