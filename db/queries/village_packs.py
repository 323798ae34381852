"""Village packs as pages and printers read them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text

ID_NUMBER = "person.id_number"


class PackRow(Struct, frozen=True, kw_only=True):
    """A pack, how far it is printed and how far the village is with it. `to_follow`: lines the township has to look into."""

    id: int
    region_code: str
    kind: str
    person_count: int
    asked_at: datetime
    asked_by_name: str
    files: int
    printed: int
    right: int
    wrong: int
    dead: int
    moved: int
    to_follow: int

    @property
    def checked(self) -> int:
        return self.right + self.wrong + self.dead + self.moved


class FileRow(Struct, frozen=True, kw_only=True):
    """`storage_key`: None while it is not printed."""

    pack_id: int
    kind: str
    region_code: str
    number: int
    first_line: int
    last_line: int
    storage_key: str | None


class PrintedLine(Struct, frozen=True, kw_only=True):
    """What stands on paper about somebody. `amount_fen`: of the month; `stopped`: by a suspension in force."""

    line_no: int
    person_id: int
    code: str
    name: str
    id_number: str
    group: str
    amount_fen: int
    bank: str
    tail: str
    certified_month: int
    first_month: int
    stopped: bool


class LineRow(Struct, frozen=True, kw_only=True):
    """A line and its newest report; `reported_at` None: there is none."""

    pack_id: int
    line_no: int
    kind: str
    region_code: str
    village: str
    code: str
    person_id: int
    name: str
    born_on: date
    answer: str
    note: str
    died_on: date | None
    reported_at: datetime | None
    reported_by_name: str
    why_corrected: str
    follow_up: str
    followed_by_name: str
    follow_note: str


class Dead(Struct, frozen=True):
    """Somebody the village said is dead."""

    name: str
    id_number: str
    died_on: date


_PACK = (
    "select v.id, v.region_code, v.kind, v.person_count, v.asked_at, v.asked_by_name, f.files, f.printed, l.right, l.wrong, l.dead,"
    " l.moved, l.to_follow from village_pack v cross join lateral (select count(*)::int as files, count(storage_key)::int as printed"
    " from village_pack_file f where f.county_code = $1 and f.pack_id = v.id) f cross join lateral (select"
    " count(*) filter (where answer = 'right')::int as right, count(*) filter (where answer = 'wrong')::int as wrong,"
    " count(*) filter (where answer = 'dead')::int as dead, count(*) filter (where answer = 'moved')::int as moved,"
    " count(*) filter (where follow_up = 'open')::int as to_follow from village_pack_line l where l.county_code = $1"
    " and l.pack_id = v.id) l where v.county_code = $1"
)
_NEWEST = (
    " and v.id in (select distinct on (region_code, kind) id from village_pack where county_code = $1 and region_code like $2 || '%'"
    " order by region_code, kind, id desc)"
)


async def newest(county_code: int, prefix: str) -> list[PackRow]:
    """The newest pack of each kind of every village below `prefix`."""
    rows = await engine.fetch(f"{_PACK}{_NEWEST} order by v.region_code, v.kind", county_code, prefix)
    return [PackRow(**dict(row)) for row in rows]


async def pack(county_code: int, pack_id: int) -> PackRow | None:
    row = await engine.fetchrow(f"{_PACK} and v.id = $2", county_code, pack_id)
    return PackRow(**dict(row)) if row else None


_FILE = (
    "select f.pack_id, v.kind, v.region_code, f.number, f.first_line, f.last_line, f.storage_key from village_pack_file f"
    " join village_pack v on v.county_code = $1 and v.id = f.pack_id where f.county_code = $1"
)


async def files(county_code: int, pack_id: int) -> list[FileRow]:
    rows = await engine.fetch(f"{_FILE} and f.pack_id = $2 order by f.number", county_code, pack_id)
    return [FileRow(**dict(row)) for row in rows]


async def next_file(county_code: int) -> FileRow | None:
    """The one that waits longest."""
    row = await engine.fetchrow(f"{_FILE} and f.storage_key is null order by f.pack_id, f.number limit 1", county_code)
    return FileRow(**dict(row)) if row else None


async def members(county_code: int, village: str, certified_until: int) -> list[int]:
    """Who is paid in the village and was certified last in that month or earlier, group by group."""
    rows = await engine.fetch(
        "select b.person_id from benefit b join person p on p.county_code = $1 and p.id = b.person_id where b.county_code = $1"
        " and b.state = 'confirmed' and b.certified_month <= $3 and p.region_code like $2 || '%'"
        " order by p.region_code, p.name, p.id",
        county_code, village, certified_until,
    )  # fmt: skip
    return [row["person_id"] for row in rows]


async def printed_lines(county_code: int, pack_id: int, first: int, last: int, month: int) -> list[PrintedLine]:
    """The lines of one file, with what is paid in `month`."""
    rows = await engine.fetch(
        "select l.line_no, l.person_id, l.code, p.name, p.id_number_sealed, coalesce(g.name, '') as group,"
        " coalesce(s.total_fen, 0) as amount_fen, coalesce(a.bank, '') as bank, coalesce(a.account_tail, '') as tail,"
        " b.certified_month, b.first_month, exists (select from benefit_suspension x where x.county_code = $1"
        " and x.person_id = l.person_id and x.state = 'confirmed') as stopped from village_pack_line l join person p"
        " on p.county_code = $1 and p.id = l.person_id join benefit b on b.county_code = $1 and b.person_id = l.person_id"
        " left join region g on g.code = p.region_code left join payment_account a on a.county_code = $1"
        " and a.person_id = l.person_id and a.ended_at is null left join lateral (select total_fen from benefit_standard s"
        " where s.county_code = $1 and s.person_id = l.person_id and s.from_month <= greatest($5, b.first_month)"
        " order by s.from_month desc, s.id desc limit 1) s on true"
        " where l.county_code = $1 and l.pack_id = $2 and l.line_no between $3 and $4 order by l.line_no",
        county_code, pack_id, first, last, month,
    )  # fmt: skip
    return [
        PrintedLine(
            id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
            **{name: row[name] for name in PrintedLine.__struct_fields__ if name != "id_number"},
        )
        for row in rows
    ]


_LINE = (
    "select l.pack_id, l.line_no, v.kind, v.region_code, coalesce(g.full_name, v.region_code) as village, l.code, l.person_id, p.name,"
    " p.born_on, l.answer, coalesce(c.note, '') as note, c.died_on, c.reported_at, coalesce(c.reported_by_name, '') as"
    " reported_by_name, coalesce(c.why_corrected, '') as why_corrected, l.follow_up, l.followed_by_name, l.follow_note"
    " from village_pack_line l join village_pack v on v.county_code = $1 and v.id = l.pack_id join person p on p.county_code = $1"
    " and p.id = l.person_id left join region g on g.code = v.region_code left join lateral (select note, died_on, reported_at,"
    " reported_by_name, why_corrected from village_check c where c.county_code = $1 and c.pack_id = l.pack_id"
    " and c.line_no = l.line_no order by c.turn desc limit 1) c on true where l.county_code = $1"
)


async def by_code(county_code: int, code: str) -> LineRow | None:
    """The line whose picture was scanned."""
    row = await engine.fetchrow(f"{_LINE} and l.code = $2", county_code, code)
    return LineRow(**dict(row)) if row else None


async def lines(county_code: int, pack_id: int, *, answer: str | None, after: int = 0, limit: int) -> list[LineRow]:
    """Those of one pack, all of them or of one answer; "": not reported yet."""
    rows = await engine.fetch(
        f"{_LINE} and l.pack_id = $2 and ($3::text is null or l.answer = $3) and l.line_no > $4 order by l.line_no limit $5",
        county_code, pack_id, answer, after, limit,
    )  # fmt: skip
    return [LineRow(**dict(row)) for row in rows]


async def to_follow(county_code: int, prefix: str, limit: int) -> list[LineRow]:
    """What the region's township has to look into, the oldest first."""
    rows = await engine.fetch(
        f"{_LINE} and l.follow_up = 'open' and v.region_code like $2 || '%' order by l.pack_id, l.line_no limit $3",
        county_code, prefix, limit,
    )  # fmt: skip
    return [LineRow(**dict(row)) for row in rows]


async def dead_of(county_code: int, village: str, months: Sequence[int]) -> list[Dead]:
    """Whom the village's checks call dead in one of these months, once each."""
    rows = await engine.fetch(
        "select distinct on (l.person_id) p.name, p.id_number_sealed, c.died_on from village_pack_line l join village_pack v"
        " on v.county_code = $1 and v.id = l.pack_id join person p on p.county_code = $1 and p.id = l.person_id join village_check c"
        " on c.county_code = $1 and c.pack_id = l.pack_id and c.line_no = l.line_no and c.answer = 'dead' where l.county_code = $1"
        " and v.region_code = $2 and l.answer = 'dead' and to_char(c.died_on, 'YYYYMM')::int = any($3::int[]) and not exists ("
        "select from death_report_line d where d.county_code = $1 and d.person_id = l.person_id and d.kind = 'death')"
        " order by l.person_id, c.turn desc",
        county_code, village, list(months),
    )  # fmt: skip
    return [Dead(row["name"], unseal_text(row["id_number_sealed"], ID_NUMBER), row["died_on"]) for row in rows]
