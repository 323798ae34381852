"""代发名单: the principal says who begins, changes, ends; each list is one person's work and another's word (R-437, R-016).

It is judged line by line; what cannot be used is told at once and kept, for the principal to mend.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from db.engine import transaction
from db.queries import people as people_query
from db.stores import benefits
from db.stores import delegated_lists as store
from db.stores import special_groups as known
from db.stores.benefits import NewAccount
from db.stores.delegated_lists import NewLine, Standing, Term
from domain import identity, months, names
from domain.actor import Actor
from domain.agency import require_document, require_post
from domain.agency.delegated_programmes import CHECKERS, MAKERS, log, second
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets, workbook
from domain.exchange.sheets import Line
from domain.identity import IdType
from domain.money import yuan

COLUMNS = ("姓名", "身份证号码", "办理", "生效月份", "每月金额")
OPTIONAL = ("最后一个月", "银行", "银行账号")
CHANGES = {"begin": "新增", "amount": "变更", "end": "停发"}
MOST_FEN = 10_000_000  # a month: a slip of the finger is stopped here
MAX_ROWS = 50_000
MONTHS_BACK = 11  # how long before the month of the list somebody may begin
_ACCOUNT = re.compile(r"\d{6,32}", re.ASCII)


def template() -> bytes:
    """The empty list, with how to fill it in."""
    said = [
        ["办理", "、".join(CHANGES.values())], ["生效月份", "例如202612；停发的，写从哪个月起不再发"],
        ["每月金额", "元；停发的不用填"], ["最后一个月", "新增时知道发到哪个月的才填"],
        ["银行、银行账号", "没有领养老金、这里也没有登记账户的人才用得上"],
    ]  # fmt: skip
    return workbook.write([("名单", [[*COLUMNS, *OPTIONAL]]), ("填写说明", said)])


async def import_list(county_code: int, programme_id: int, document: str, file: bytes, by: Actor, at: datetime) -> int:
    """The list, with every line judged; returns its id. Refused without a single line that can be used, and when it came before."""
    require_post(by, county_code, MAKERS)
    document = require_document(document)
    read = await asyncio.to_thread(sheets.read, file, COLUMNS, optional=OPTIONAL, max_rows=MAX_ROWS)
    async with transaction():
        if await store.lock_programme(county_code, programme_id) is None:
            raise NotFound
        lines = await _judge(county_code, programme_id, read, at)
        if not any(line.state == "good" for line in lines):
            first = [Problem("line", f"第{line.line_no}行：{line.reason}", "file") for line in lines[:20]]
            raise Refused(Problem("no-good-line", "没有一行可以使用，请改正后重新导入。", "file"), *first)
        list_id = await store.add_list(county_code, programme_id, document, lines, by.id, by.name, at)
        if list_id is None:
            raise Refused(Problem("list-twice", f"名单{document}已经导入过。", "document"))
        await log(county_code, "delegated.list_imported", programme_id, f"{document} {len(lines)}行", by, at)
    return list_id


async def _judge(county_code: int, programme_id: int, read: Sequence[Line], at: datetime) -> list[NewLine]:
    lines = [_line(each) for each in read]
    people = await known.named(county_code, [people_query.id_index_of(line.id_number) for line in lines])
    standings = await store.standings(
        county_code, programme_id, [p.person_id for p in people if p.person_id is not None]
    )
    terms = await _terms(county_code, programme_id, lines)
    first: dict[int, int] = {}
    judged = []
    for line, person in zip(lines, people, strict=True):
        wrong = line.reason
        if not wrong and person.person_id is None:
            wrong = (
                "没有查到这个人的参保登记。" if person.county_code in (None, county_code) else "这个人在别的县参保。"
            )
        if not wrong and person.name != line.name:
            wrong = "姓名和参保登记的不一致，请核对。"
        if not wrong and person.person_id is not None:
            standing = standings[person.person_id]
            wrong = _fits(line, standing, terms.get(line.month), at)
            if not wrong and (before := first.setdefault(person.person_id, line.line_no)) != line.line_no:
                wrong = f"和第{before}行是同一个人。"
            if not wrong and (standing.draws or standing.has_account):
                line = structs.replace(line, account="", bank="")  # noqa: PLW2901 - his own account is his own business (R-269)
        judged.append(
            structs.replace(line, person_id=person.person_id, state="refused" if wrong else "good", reason=wrong)
        )
    return judged


def _line(line: Line) -> NewLine:
    """What can be said of it without looking anybody up."""
    name, number, change, month, amount, last, bank, account = line.cells
    number = identity.normalise(IdType.RESIDENT_ID_CARD, number)
    code = next((code for code, title in CHANGES.items() if title == change), "")
    account = account.replace(" ", "")
    read = NewLine(
        line_no=line.number, person_id=None, name=names.normalise_name(name)[:50], id_number=number[:32], change=code,
        month=months.parse(month) or 0, amount_fen=0, last_month=months.parse(last), bank=bank[:40], account=account[:32], state="good",
        reason="",
    )  # fmt: skip
    try:
        fen = yuan(amount) if code != "end" else 0
    except ValueError as wrong:
        return structs.replace(read, reason=f"每月金额{wrong}")
    return structs.replace(read, amount_fen=min(max(fen, 0), MOST_FEN), reason=_wrong(read, fen, last))


def _wrong(read: NewLine, fen: int, last: str) -> str:
    if said := identity.check(IdType.RESIDENT_ID_CARD, read.id_number):
        return said
    if not read.change:
        return f"“办理”请填{'、'.join(CHANGES.values())}。"
    if not read.month:
        return "生效月份请写6位数字，例如202612。"
    if read.change != "end" and not 0 < fen <= MOST_FEN:
        return "每月金额要大于0，不超过10万元。"
    if last and (read.last_month is None or read.last_month < read.month or read.change != "begin"):
        return "最后一个月只在新增时填写，写6位数字，不能早于生效月份。"
    if read.account and not (read.bank and _ACCOUNT.fullmatch(read.account)):
        return "银行账号要是6到32位数字，并写明是哪家银行。"
    return ""


async def _terms(county_code: int, programme_id: int, lines: Sequence[NewLine]) -> dict[int, Term | None]:
    """What holds in each month that the lines name."""
    named = {line.month for line in lines if line.month}
    return {month: await store.term_of(county_code, programme_id, month) for month in sorted(named)}


def _fits(line: NewLine, standing: Standing, term: Term | None, at: datetime) -> str:
    """Why the line does not fit what the person gets now; empty when it does. `term`: what holds in its month."""
    if line.change == "begin" and line.month < months.after(months.month_of(at.date()), -MONTHS_BACK):
        return f"最多补到{MONTHS_BACK}个月以前。"
    ends = term is None or (term.last_month is not None and line.month > term.last_month)
    if ends and line.change != "end":
        return f"这个项目{months.in_words(line.month)}不发。"
    gets = standing.from_month is not None and (standing.last_month is None or standing.last_month >= line.month)
    if line.change == "begin" and gets:
        return "这个人已经在发，不用新增；金额变了的，请填变更。"
    if line.change == "amount" and line.month < (standing.since_month or 0):
        return "这个人那个月还没有开始发。"
    if line.change != "begin" and not gets:
        return "这个人从那个月起没有在发。"
    if line.month <= standing.paid_until and (line.change != "begin" or standing.from_month is not None):
        return f"已经列入{months.in_words(standing.paid_until)}的发放，只能从以后的月份改。"
    return ""


async def decide_list(county_code: int, list_id: int, by: Actor, at: datetime, *, approve: bool) -> None:
    """By somebody else. Each line is looked at once more: what does not fit any longer is refused and stays on the list. Who made a
    list may cancel it himself."""
    require_post(by, county_code, CHECKERS)
    async with transaction():
        found = await store.lock_list(county_code, list_id)
        if found is None:
            raise NotFound
        await store.lock_programme(county_code, found.programme_id)
        if approve or found.state != "proposed":
            second(found.state, found.proposed_by, by)
        if approve:
            await _apply(county_code, found.programme_id, list_id, at)
        await store.decide_list(county_code, list_id, "approved" if approve else "cancelled", by.id, by.name, at)
        action = "delegated.list_approved" if approve else "delegated.list_cancelled"
        await log(county_code, action, found.programme_id, found.document, by, at)


async def _apply(county_code: int, programme_id: int, list_id: int, at: datetime) -> None:
    lines = await store.good_lines(county_code, list_id)
    standings = await store.standings(
        county_code, programme_id, [line.person_id for line in lines if line.person_id is not None]
    )
    terms = await _terms(county_code, programme_id, lines)
    settled = []
    for line in lines:
        assert line.person_id is not None, "a good line has its person"
        standing = standings[line.person_id]
        wrong = _fits(line, standing, terms.get(line.month), at)
        if not wrong:
            await _act(county_code, programme_id, list_id, line.person_id, line, standing, at)
        settled.append((line.line_no, "refused" if wrong else "applied", wrong))
    await store.settle_lines(county_code, list_id, settled)


async def _act(
    county_code: int, programme_id: int, list_id: int, person_id: int, line: NewLine, standing: Standing, at: datetime
) -> None:  # fmt: skip
    since, last = line.month, line.last_month
    if line.change != "begin":
        await store.end(county_code, programme_id, person_id, months.after(line.month, -1))
        since, last = standing.since_month or line.month, standing.last_month
    if line.change != "end":
        await store.begin(county_code, programme_id, list_id, person_id, line.month, last, line.amount_fen, since)
    if line.account and not (standing.draws or standing.has_account):
        await benefits.set_account(county_code, NewAccount(
            person_id=person_id, kind="card", bank=line.bank, holder_name=line.name, number=line.account, origin="import",
        ), at)  # fmt: skip
