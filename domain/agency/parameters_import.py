"""政策参数 by two people: one hands the sheet in with its document, another confirms it (P-35; R-421…R-431)."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import reference as reference_query
from db.stores import audit, reference
from db.stores.reference import ParameterWrite
from domain import codes, parameters
from domain.actor import Actor, Post
from domain.agency import require_document, require_post
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets
from domain.exchange.sheets import Line
from domain.parameters import ITEMS, KIND_TITLES, Funding, Kind, Parameters, Row

COLUMNS = ("参数", "负担层级", "档次", "数值", "生效日期", "决定日期")
RULE_COLUMNS = ("身份类别", "户口性质", "统筹项目")  # only for 征缴规则
ENDS = "终止"  # in place of a value: the parameter ends on that day, no row is taken away
FIRST_POSSIBLE = date(2009, 9, 1)  # 新农保 began (国发〔2009〕32号)
PROPOSERS = (Post.COUNTY_COLLECTION, Post.COUNTY_BENEFIT, Post.COUNTY_ACCOUNT, Post.COUNTY_ADMIN)
CONFIRMERS = (Post.COUNTY_HEAD,)

_KINDS = {title: kind for kind, title in KIND_TITLES.items()}
_OF_RULES = (Kind.TIER, Kind.CONTRIBUTION_RULE)
_CODES = {words: code for code, words in parameters.YES_OR_NO.items()}
_LEVELS = {"中央": Funding.CENTRAL, "省级": Funding.PROVINCE, "市级": Funding.CITY, "县级": Funding.COUNTY}


class Proposal(Struct, frozen=True, kw_only=True):
    """A sheet that waits for the second person, or what became of it. `before`: the value in force on each row's day."""

    line: reference_query.ProposalLine
    rows: list[ParameterWrite]
    before: list[str | None]


async def snapshot(county_code: int, known: date | None = None) -> Parameters:
    """What rules are handed. `known`: the day whose knowledge counts, for looking back."""
    versions = await reference_query.parameter_versions(county_code)
    return Parameters((Row(**msgspec.structs.asdict(version)) for version in versions), known)


async def propose(county_code: int, file: bytes, file_name: str, document: str, by: Actor, at: datetime) -> int:
    """Keeps the sheet as a proposal; nothing is in force yet. Refused with one problem for each bad line."""
    require_post(by, county_code, PROPOSERS)
    document = require_document(document)
    lines = await asyncio.to_thread(sheets.read, file, COLUMNS, optional=RULE_COLUMNS)
    rows = _rows(lines, document, at.date())
    async with transaction():
        await _refuse_known(county_code, rows)
        await _refuse_rules(county_code, [row for _, row in rows])
        proposal_id = await reference.propose_parameters(
            county_code, document=document, file_name=file_name, file=file, rows=[row for _, row in rows], by=by.id,
            by_name=by.name, at=at,
        )  # fmt: skip
        await _log(county_code, proposal_id, "proposed", document, f"{len(rows)}行", by, at)
    return proposal_id


async def look(county_code: int, proposal_id: int, by: Actor) -> Proposal:
    """The sheet beside what is in force, for the one who compares it with the document."""
    require_post(by, county_code, PROPOSERS + CONFIRMERS)
    line = await _read(county_code, proposal_id)
    rows = msgspec.json.decode(line.rows, type=list[ParameterWrite])
    now = await snapshot(county_code)
    return Proposal(line=line, rows=rows, before=[now.value(row.kind, row.key, row.effective_on) for row in rows])


async def confirm(county_code: int, proposal_id: int, by: Actor, at: datetime) -> int:
    """Puts the rows in force; returns how many. Never by the one who handed them in (R-431)."""
    async with transaction():
        line = await _decide(county_code, proposal_id, "confirmed", "", by, at)
        rows = msgspec.json.decode(line.rows, type=list[ParameterWrite])
        await _refuse_known(county_code, list(enumerate(rows, start=1)))
        await _refuse_rules(county_code, rows)
        await reference.add_parameters(
            county_code, rows, verified=True, proposed_by=_signed(line.proposed_by_name, line.proposed_by),
            confirmed_by=_signed(by.name, by.id), at=at,
        )  # fmt: skip
    return len(rows)


async def refuse(county_code: int, proposal_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The sheet differs from the document: it is handed back with the reason and stays on record."""
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明退回的原因。", "reason"))
    async with transaction():
        await _decide(county_code, proposal_id, "refused", reason.strip(), by, at)


async def _read(county_code: int, proposal_id: int) -> reference_query.ProposalLine:
    line = await reference_query.proposal(county_code, proposal_id)
    if line is None:
        raise NotFound
    return line


async def _decide(
    county_code: int, proposal_id: int, state: str, reason: str, by: Actor, at: datetime
) -> reference_query.ProposalLine:
    require_post(by, county_code, CONFIRMERS)
    line = await _read(county_code, proposal_id)
    if line.proposed_by == by.id:
        raise Refused(Problem("same-person", "参数由一人录入、另一人核对。您录入的，请别的同事核对。"))
    decided = await reference.decide_proposal(
        county_code, proposal_id, state, by=by.id, by_name=by.name, reason=reason, at=at
    )
    if not decided:
        raise Refused(Problem("stale", "这份参数表已经处理过了，请刷新页面。"))
    await _log(county_code, proposal_id, state, line.document, reason, by, at)
    return line


async def _log(
    county_code: int, proposal_id: int, what: str, document: str, detail: str, by: Actor, at: datetime
) -> None:
    await audit.write(
        county_code, at, by.kind, by.id, by.name, f"parameters.{what}", "parameter_proposal", str(proposal_id), document, detail
    )  # fmt: skip


def _signed(name: str, staff_id: int) -> str:
    """Two people may share a name."""
    return f"{name}（{staff_id}）"


def _rows(lines: list[Line], document: str, today: date) -> list[tuple[int, ParameterWrite]]:
    """(line in the sheet, row). Refused with one problem for each bad line."""
    rows, problems = [], []
    for line in lines:
        try:
            rows.append((line.number, _row(line, document, today)))
        except ValueError as wrong:
            problems.append(_problem(line.number, str(wrong)))
    problems += _twice(rows)
    if problems:
        raise Refused(*problems)
    return rows


def _row(line: Line, document: str, today: date) -> ParameterWrite:
    """ValueError in plain words."""
    title, level_title, tier, value, effective, decided, category, household, item = line.cells
    if title not in _KINDS:
        raise ValueError(f"没有“{title}”这一类参数，可以写：{'、'.join(_KINDS)}。")
    if level_title and level_title not in _LEVELS:
        raise ValueError(f"负担层级可以写：{'、'.join(_LEVELS)}。")
    kind = _KINDS[title]
    if kind is not Kind.CONTRIBUTION_RULE and (category or household or item):
        raise ValueError("身份类别、户口性质、统筹项目只有“征缴规则”才写。")
    key = (
        _rule_key(category, household, tier, item)
        if kind is Kind.CONTRIBUTION_RULE
        else _key(kind, _LEVELS.get(level_title, ""), tier)
    )
    value = _CODES.get(value, value)
    if not value:
        raise ValueError(f"没有数值；要停止这项参数请写“{ENDS}”。")
    if wrong := parameters.check_row(kind, key, None if value == ENDS else value):
        raise ValueError(wrong)
    row = ParameterWrite(kind, key, None if value == ENDS else value, _day(effective), _day(decided), document)
    if row.effective_on < FIRST_POSSIBLE:
        raise ValueError(f"生效日期早于{FIRST_POSSIBLE:%Y-%m-%d}，那时还没有这项制度。")
    if row.decided_on > today:
        raise ValueError("决定日期不能晚于今天。")
    return row


def _rule_key(category: str, household: str, tier: str, item: str) -> str:
    """ValueError for an identity, household type or item nobody knows; the sheet says them in words or in codes."""
    chosen = []
    for choices, cell, column in (
        (codes.PARTICIPANT_CATEGORIES, category, "身份类别"), (codes.HOUSEHOLD_TYPES, household, "户口性质"),
        (tuple(ITEMS.items()), item, "统筹项目"),
    ):  # fmt: skip
        code = next((code for code, words in choices if cell in (code, words)), None)
        if code is None:
            raise ValueError(f"没有“{cell}”这个{column}。" if cell else f"“征缴规则”要写{column}。")
        chosen.append(code)
    if chosen[0] == codes.ORDINARY:
        raise ValueError("普通参保人员的标准写在“缴费档次”和“缴费补贴”里。")
    if not tier:
        raise ValueError("“征缴规则”要写档次。")
    return "/".join((chosen[0], chosen[1], tier, chosen[2]))


async def _refuse_rules(county_code: int, rows: list[ParameterWrite]) -> None:
    """The rules of the identities as they will stand from the sheet's first day on, whenever a tier or a rule changes: every
    item is there, and personal plus government-paid is the tier (R-123)."""
    new = [Row(**(msgspec.structs.asdict(row) | {"id": 0})) for row in rows if row.kind in _OF_RULES]
    if not new:
        return
    kept = [Row(**msgspec.structs.asdict(each)) for each in await reference_query.parameter_versions(county_code)]
    whole = Parameters([*kept, *new])
    first = min(row.effective_on for row in new)
    problems: dict[str, None] = {}
    for day in sorted(
        {row.effective_on for row in [*kept, *new] if row.kind in _OF_RULES and row.effective_on >= first}
    ):
        try:
            problems |= dict.fromkeys(parameters.check_rules(whole.special_rules(day)))
        except parameters.Missing as missing:
            problems[str(missing)] = None
    if problems:
        raise Refused(*(Problem("contribution-rule", text) for text in problems))


def _key(kind: Kind, level: str, tier: str) -> str:
    """ValueError when a cell is filled, or missing, that does not go with the kind."""
    with_level, with_tier = kind in parameters.OF_A_LEVEL, kind in parameters.WITH_SECOND_KEY or kind is Kind.TIER
    for wanted, cell, column in ((with_level, level, "负担层级"), (with_tier, tier, "档次")):
        if wanted != bool(cell):
            raise ValueError(f"“{KIND_TITLES[kind]}”{'要' if wanted else '不用'}写{column}。")
    return "/".join(part for part in (level, tier) if part)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}”不是日期，请写成例如 2027-01-01。") from None


def _problem(number: int, message: str) -> Problem:
    return Problem("parameter-row", f"第{number}行：{message}", str(number))


def _same(row: ParameterWrite | reference_query.ParameterVersion) -> tuple[str, str, date, date]:
    """What may be there only once (R-428)."""
    return row.kind, row.key, row.effective_on, row.decided_on


def _twice(rows: Iterable[tuple[int, ParameterWrite]]) -> list[Problem]:
    seen: dict[tuple[str, str, date, date], int] = {}
    return [
        _problem(number, f"和第{first}行是同一项参数、同一天生效。")
        for number, row in rows
        if (first := seen.setdefault(_same(row), number)) != number
    ]


async def _refuse_known(county_code: int, rows: list[tuple[int, ParameterWrite]]) -> None:
    """Rows are added, never edited: what stands under the same two dates stays."""
    known = {_same(version) for version in await reference_query.parameter_versions(county_code)}
    problems = [
        _problem(number, "同一生效日期、同一决定日期的数值已经有了，不能改；更正请写新的决定日期。")
        for number, row in rows
        if _same(row) in known
    ]
    if problems:
        raise Refused(*problems)
