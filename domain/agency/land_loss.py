"""被征地农民缴费补贴 (湖南省经办工作流程十七; R-145…R-152): awards that 人社部门 confirmed, and the lists by which they are credited.

Awards come as a sheet. What is due on a day is put on a list, for which the finance bureau is asked for the money; the list
goes the way of domain/agency/funded_lists.py.
"""

import asyncio
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import land as queries
from db.queries import people as people_query
from db.queries.land import AwardRow
from db.stores import audit, funded_lists
from db.stores import land as store
from db.stores.books import NewDocument, NewLine
from db.stores.land import Known, NewAward
from domain import books, identity, names
from domain.actor import Actor, Post
from domain.agency import require_document, require_post
from domain.books import DocumentKind
from domain.case.person_change import RECEIVING
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets, workbook
from domain.exchange.sheets import Line
from domain.funds import Fund
from domain.identity import IdType
from domain.money import yuan
from domain.rules import land_loss as rule
from domain.rules.land_loss import Award, Credit

COLUMNS = ("姓名", "身份证号码", "补贴总额", "划入方式", "征地日期")
YEARS = "补贴年限"
MANNERS = {"at_once": "一次性", "yearly": "按年"}
RECORDERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_COLLECTION)
MAKERS = (Post.COUNTY_COLLECTION,)
MOST_YEARS = 40
MOST = 20_000
MOST_TOLD = 100
HELP = (
    "一、表头不要改，从第二行开始填，一个人一次征地一行。",
    "二、先办参保登记，姓名和身份证号码必须和登记的一致。",
    "三、划入方式填“一次性”或者“按年”，按年的要填补贴年限。",
    "四、征地日期写成例如2026-03-01。",
)


class Told(Struct, frozen=True, kw_only=True):
    """A line of a list, read."""

    number: int
    name: str
    id_index: bytes
    total_fen: int
    manner: str
    years: int
    expropriated_on: date


class Imported(Struct, frozen=True, kw_only=True):
    """`left_out`: the first MOST_TOLD lines that could not be used; `left_out_count` counts all."""

    added: int
    left_out_count: int
    left_out: list[Problem]


class DueRow(Struct, frozen=True, kw_only=True):
    """`year_number`: which of the yearly parts it is; 0 for all that is left at once."""

    award: AwardRow
    credit: Credit
    year_number: int


# ------------------------------------------------------------------ awards


def template() -> bytes:
    """The empty list, with how to fill it on a second page."""
    return workbook.write([("被征地农民名单", [[*COLUMNS, YEARS]]), ("填表说明", [[text] for text in HELP])])


async def import_awards(county_code: int, data: bytes, document: str, by: Actor, at: datetime) -> Imported:
    """Records the awards of a list that 人社部门 has confirmed under `document` (R-152). Lines that cannot be used are left out
    and told. Refused for a sheet of another kind, and when no line can be used."""
    if by.scope.county_code != county_code or not any(by.holds(post) for post in RECORDERS):
        raise NotFound
    document = require_document(document)
    told, left_out = _read(await asyncio.to_thread(sheets.read, data, COLUMNS, optional=(YEARS,)), at.date())
    async with transaction():
        await funded_lists.one_at_a_time(county_code, DocumentKind.LAND_LOSS)
        new, seen = list[NewAward](), set[tuple[int, date, int]]()
        for each, person in zip(told, await store.known(county_code, [each.id_index for each in told]), strict=True):
            try:
                new.append(_placed(county_code, each, person, by.scope.region_prefix, seen))
            except ValueError as wrong:
                left_out.append(_problem(each.number, str(wrong)))
        left_out.sort(key=lambda problem: int(problem.field or 0))
        if not new:
            raise Refused(Problem("file-empty", "名单里没有一行可以使用。", "file"), *left_out[:MOST_TOLD])
        await store.add(county_code, new, document, by.id, by.name, at)
        await audit.write(county_code, at, by.kind, by.id, by.name, "land_loss.imported", "land_loss_award", document[:100],
                          detail=f"登记{len(new)}，未使用{len(left_out)}")  # fmt: skip
    return Imported(added=len(new), left_out_count=len(left_out), left_out=left_out[:MOST_TOLD])


def _read(lines: list[Line], today: date) -> tuple[list[Told], list[Problem]]:
    told, left_out = [], []
    for line in lines:
        try:
            told.append(_line(line, today))
        except ValueError as wrong:
            left_out.append(_problem(line.number, str(wrong)))
    return told, left_out


def _problem(number: int, message: str) -> Problem:
    return Problem("list-row", f"第{number}行：{message}", f"{number}")


def _line(line: Line, today: date) -> Told:
    """ValueError in plain words."""
    name, number, total, manner, day, years = line.cells
    number = identity.normalise(IdType.RESIDENT_ID_CARD, number)
    if wrong := identity.check(IdType.RESIDENT_ID_CARD, number):
        raise ValueError(wrong)
    fen = yuan(total)
    if fen <= 0:
        raise ValueError("补贴总额要大于0。")
    code = next((code for code, title in MANNERS.items() if manner == title), None)
    if code is None:
        raise ValueError("划入方式要填“一次性”或者“按年”。")
    if code == "yearly" and not (years.isascii() and years.isdigit() and 1 <= int(years) <= MOST_YEARS):
        raise ValueError(f"按年划入的，补贴年限要填1到{MOST_YEARS}。")
    try:
        expropriated_on = date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"征地日期“{day}”不是日期，请写成例如2026-03-01。") from None
    if expropriated_on > today:
        raise ValueError("征地日期不能晚于今天。")
    return Told(number=line.number, name=names.normalise_name(name), id_index=people_query.id_index_of(number), total_fen=fen,
                manner=code, years=int(years) if code == "yearly" else 1, expropriated_on=expropriated_on)  # fmt: skip


def _placed(
    county_code: int, told: Told, person: Known, prefix: str, seen: set[tuple[int, date, int]]
) -> NewAward:  # fmt: skip
    """ValueError when the line cannot be used. `seen`: what earlier lines of the sheet award."""
    if person.person_id is None or person.account_id is None:
        elsewhere = person.county_code not in (None, county_code)
        raise ValueError("这个人在别的县参保。" if elsewhere else "没有查到这个人的参保登记，请先办参保登记。")
    if not (person.region_code or "").startswith(prefix):
        raise ValueError("这个人不属于您的乡镇（村）。")
    if person.name != told.name:
        raise ValueError("姓名和参保登记的不一致，请核对。")
    key = (person.person_id, told.expropriated_on, told.total_fen)
    if key in seen or key[1:] in person.awards:
        raise ValueError("这个人这一次征地的补贴已经登记过。")
    seen.add(key)
    return NewAward(person_id=person.person_id, total_fen=told.total_fen, manner=told.manner, years=told.years,
                    expropriated_on=told.expropriated_on)  # fmt: skip


async def stop(county_code: int, award_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Nothing more is credited of an award. Refused without a reason, and while it stands on a list that is not booked."""
    require_post(by, county_code, MAKERS)
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明为什么停止划入。", "reason"))
    async with transaction():
        await funded_lists.one_at_a_time(county_code, DocumentKind.LAND_LOSS)
        found = await queries.awards(county_code, by.scope.region_prefix, award_id=award_id, limit=1)
        if not found or found[0].stopped_at:
            raise NotFound
        if sum(found[0].credited.values()) != found[0].booked_fen:
            raise Refused(Problem("on-a-list", "这笔补贴在还没有登账的申报表上，请先作废申报表。"))
        await store.stop(county_code, award_id, by.name, reason.strip(), at)
        await audit.write(county_code, at, by.kind, by.id, by.name, "land_loss.stopped", "land_loss_award", f"{award_id}",
                          detail=reason.strip())  # fmt: skip


# ------------------------------------------------------------------ what is due


async def due(county_code: int, prefix: str, on: date) -> list[DueRow]:
    """Everything that can be credited on a day and stands on no list yet."""
    found = []
    for row in await queries.awards(county_code, prefix, only_open=True, limit=MOST):
        award = _award(row)
        receiving = row.contribution_status == RECEIVING
        by_year = not (receiving or award.at_once or on >= rule.remainder_from(award.born_on))
        found += [
            DueRow(award=row, credit=credit, year_number=credit.year - award.expropriated_on.year + 1 if by_year else 0)
            for credit in rule.due(award, on, paid_years=row.paid_years, credited=row.credited, receiving=receiving)
        ]
    return found


def _award(row: AwardRow) -> Award:
    return Award(total_fen=row.total_fen, years=row.years, expropriated_on=row.expropriated_on, born_on=row.born_on,
                 at_once=row.manner == "at_once")  # fmt: skip


async def make_list(county_code: int, by: Actor, at: datetime) -> int:
    """A draft 《被征地农民缴费补贴申报表》 of all that is due; returns its id. Refused when nothing is."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        await funded_lists.one_at_a_time(county_code, DocumentKind.LAND_LOSS)
        rows = await due(county_code, by.scope.region_prefix, at.date())
        if not rows:
            raise Refused(Problem("nobody", "现在没有可以划入的补贴。"))
        new = NewDocument(
            kind=DocumentKind.LAND_LOSS, business_on=at.date(), region_code=by.scope.region_prefix,
            title=f"{at.year}年被征地农民缴费补贴",
        )  # fmt: skip
        lines = [
            NewLine(line_no=number, state="good", name=row.award.name, id_index=row.award.id_index,
                    account_id=row.award.account_id, year=row.credit.year, fund=Fund.LAND_LOSS, amount_fen=row.credit.fen,
                    external_no=queries.line_reference(row.award.id), note=f"{row.year_number}" if row.year_number else "")
            for number, row in enumerate(rows, start=1)
        ]  # fmt: skip
        return await books.open_document(county_code, new, lines, by, at)
