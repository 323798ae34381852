"""Spells of 特殊人群身份 and consents to a zero contribution. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine


class NewSpell(Struct, frozen=True, kw_only=True):
    person_id: int
    category: str
    from_on: date
    until_on: date | None


class Spell(NewSpell, frozen=True, kw_only=True):
    id: int
    list_source: str


class Named(Struct, frozen=True, kw_only=True):
    """Whom a line of a list means; None where nobody is known."""

    county_code: int | None
    person_id: int | None
    name: str | None
    household_type: str | None


async def named(county_code: int, indexes: Sequence[bytes]) -> list[Named]:
    """In the order asked."""
    rows = await engine.fetch(
        "select i.county_code, p.id as person_id, p.name, p.household_type from unnest($2::bytea[]) with ordinality t (id_index, at)"
        " left join identity_index i on i.id_index = t.id_index left join person p on p.county_code = $1 and i.county_code = $1"
        " and p.id = i.person_id order by t.at",
        county_code, list(indexes),
    )  # fmt: skip
    return [Named(**dict(row)) for row in rows]


async def spells_of(county_code: int, person_ids: Sequence[int]) -> list[Spell]:
    rows = await engine.fetch(
        "select id, person_id, category, from_on, until_on, list_source from category_spell where county_code = $1"
        " and person_id = any($2) order by id",
        county_code, list(person_ids),
    )  # fmt: skip
    return [Spell(**dict(row)) for row in rows]


async def add(county_code: int, source: str, list_no: str, new: Sequence[NewSpell], by: str, at: datetime) -> None:
    await engine.execute(
        "insert into category_spell (county_code, person_id, category, from_on, until_on, list_source, list_no, recorded_at,"
        " recorded_by) select $1, t.person_id, t.category, t.from_on, t.until_on, $6, $7, $8, $9 from unnest($2::bigint[],"
        " $3::text[], $4::date[], $5::date[]) as t (person_id, category, from_on, until_on)",
        county_code, [n.person_id for n in new], [n.category for n in new], [n.from_on for n in new],
        [n.until_on for n in new], source, list_no, at, by,
    )  # fmt: skip


async def lock(county_code: int, spell_id: int) -> Spell | None:
    row = await engine.fetchrow(
        "select id, person_id, category, from_on, until_on, list_source from category_spell where county_code = $1 and id = $2"
        " for update",
        county_code, spell_id,
    )  # fmt: skip
    return Spell(**dict(row)) if row else None


async def end(county_code: int, endings: Sequence[tuple[int, date]], reason: str, by: str, at: datetime) -> None:
    """`endings`: (spell, its last day)."""
    await engine.execute(
        "update category_spell s set until_on = t.until_on, ended_at = $4, ended_by = $5, end_reason = $6, missing_from = ''"
        " from unnest($2::bigint[], $3::date[]) t (id, until_on) where s.county_code = $1 and s.id = t.id",
        county_code, [spell for spell, _ in endings], [day for _, day in endings], at, by, reason,
    )  # fmt: skip


async def mark_missing(
    county_code: int, source: str, list_no: str, there: Sequence[tuple[int, str]], on: date
) -> int:  # fmt: skip
    """Spells of this source in force on the day that the newest full list (`there`: person, category) does not name are marked
    with it, those that it names are no longer. Returns how many are missing."""
    await engine.execute(
        "update category_spell s set missing_from = '' from unnest($3::bigint[], $4::text[]) t (person_id, category)"
        " where s.county_code = $1 and s.list_source = $2 and s.person_id = t.person_id and s.category = t.category"
        " and s.missing_from <> ''",
        county_code, source, [person for person, _ in there], [category for _, category in there],
    )  # fmt: skip
    tag = await engine.execute(
        "update category_spell s set missing_from = $5 where s.county_code = $1 and s.list_source = $2 and s.from_on <= $6"
        " and (s.until_on is null or s.until_on >= $6) and (s.person_id, s.category) not in"
        " (select * from unnest($3::bigint[], $4::text[]))",
        county_code, source, [person for person, _ in there], [category for _, category in there], list_no, on,
    )  # fmt: skip
    return int(tag.split()[-1])


async def not_missing(county_code: int, spell_id: int) -> None:
    await engine.execute(
        "update category_spell set missing_from = '' where county_code = $1 and id = $2", county_code, spell_id
    )


async def follow(county_code: int, on: date, ordinary: str) -> int:
    """Brings participation.categories of everybody who ever had a spell in line with those in force on the day; returns how
    many changed."""
    tag = await engine.execute(
        "update participation n set categories = s.held from (select person_id, coalesce(array_agg(distinct category order by"
        " category) filter (where from_on <= $2 and (until_on is null or until_on >= $2)), array[$3]) as held"
        " from category_spell where county_code = $1 group by person_id) s"
        " where n.county_code = $1 and n.person_id = s.person_id and n.categories <> s.held",
        county_code, on, ordinary,
    )  # fmt: skip
    return int(tag.split()[-1])


async def consent(
    county_code: int, person_id: int, year: int, given_on: date, manner: str, by: int, by_name: str, at: datetime
) -> bool:
    """False when it is recorded already."""
    found = await engine.fetchval(
        "insert into zero_consent (county_code, person_id, year, given_on, manner, recorded_at, recorded_by, recorded_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning year",
        county_code, person_id, year, given_on, manner, at, by, by_name,
    )  # fmt: skip
    return found is not None
