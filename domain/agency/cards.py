"""开卡、发卡 and 账户核对: whom banks are asked to open accounts for, who has the card in hand, which accounts banks are asked about
(湖南省经办工作流程二十; R-269…R-278). Nobody of the staff types a number in: all come back from the bank (bank_answers.py).
"""

from collections.abc import Sequence
from datetime import datetime

from db.engine import transaction
from db.queries import cards as queries
from db.queries.cards import BankRow, RequestRow
from db.stores import audit, exchange
from db.stores import cards as store
from domain.actor import Actor, ActorKind, Post
from domain.agency import bank_desk, numbered_files, require_post, worker
from domain.errors import NotFound, Problem, Refused
from domain.exchange import cards as formats
from domain.exchange import workbook
from domain.exchange.cards import AccountKind
from domain.identity import mask_id

DESKS: dict[str, tuple[Post, ...]] = {"benefit": (Post.COUNTY_BENEFIT,), "contribution": (Post.COUNTY_COLLECTION,)}
CHECKERS = (Post.COUNTY_BENEFIT,)
EVERY_DESK = (Post.COUNTY_BENEFIT, Post.COUNTY_COLLECTION)
HANDERS = (Post.TOWNSHIP_CLERK, *EVERY_DESK)
KINDS = {"card": "银行卡", "passbook": "存折"}
MOST = 10_000  # lines of one file
COLUMNS = ("姓名", "身份证号码", "村（居）组", "银行", "卡或折", "账号", "领取日期", "本人签名")
MAX_ROWS = 20_000


async def add_bank(county_code: int, code: str, title: str, by: Actor, at: datetime) -> None:
    """代理银行. `title` must be how people write the bank when they name their account. Refused for one that is there."""
    require_post(by, county_code, CHECKERS)
    if not (code.isascii() and code.isalpha() and code.isupper() and 2 <= len(code) <= 10):
        raise Refused(Problem("code", "银行代码是2到10个大写字母，和收发文件夹的名字一样。", "code"))
    if not title.strip():
        raise Refused(Problem("title", "请填写银行名称。", "title"))
    async with transaction():
        if not await store.add_bank(county_code, code, title.strip()[:60], by.id, by.name, at):
            raise Refused(Problem("known", "这家银行已经登记了。", "code"))
        await _log(county_code, at, by, "agency_bank.added", code, title.strip())


async def _bank(county_code: int, code: str) -> BankRow:
    """With its numbers held for this transaction. Refused for one that is not registered."""
    bank = await queries.bank_of(county_code, code)
    if bank is None:
        raise Refused(Problem("bank", "请选择代理银行。", "bank"))
    await exchange.lock_partner(county_code, code)
    return bank


# ------------------------------------------------------------------ cards


async def ask(
    county_code: int, purpose: str, prefix: str, people: Sequence[int] | None, bank_code: str, kind: str, by: Actor, at: datetime
) -> int:  # fmt: skip
    """The file that asks this bank for accounts: of `people`, or of everybody below `prefix` who has none. Returns of how many. Left
    out: who is waited for, whose data is being changed (R-270). Who pays in gets one only by name (R-273)."""
    require_post(by, county_code, DESKS[purpose])
    if kind not in KINDS:
        raise Refused(Problem("kind", "请选择开卡还是开折。", "kind"))
    if people is not None and not people:
        raise Refused(Problem("nobody", "请先勾选要开卡的人。", "people"))
    if people is None and purpose == "contribution":
        raise Refused(Problem("each", "原则上不再为缴费人员开卡，确实需要的，请逐个勾选。", "people"))
    async with transaction():
        bank = await _bank(county_code, bank_code)
        wanted = await store.ask(county_code, purpose, prefix, people, bank.code, kind, MOST, by.id, by.name, at)
        if not wanted:
            raise Refused(
                Problem(
                    "nobody", "这些人现在都不能开卡：已经有账户、正在等银行回写，或者资料修改还没有审核。", "people"
                )
            )
        rows = [
            formats.Opening(request_no=each.id, name=each.name, id_number=each.id_number, kind=AccountKind(kind), phone=each.phone,
                            region_code=each.region_code)
            for each in wanted
        ]  # fmt: skip
        partner = bank_desk.partner(bank.code)
        file_id = await numbered_files.queue_file(partner, county_code, "account_opening", rows, at.date(), at)
        await store.set_file(county_code, "card_request", [each.id for each in wanted], file_id)
        await _log(
            county_code, at, by, "card.asked", f"{file_id}", f"{bank.code} {purpose} {len(rows)}", "exchange_file"
        )
    return len(rows)


async def withdraw(county_code: int, ids: Sequence[int], reason: str, by: Actor, at: datetime) -> int:
    """Not waited for any more; who is meant may be asked for again. Returns how many."""
    require_post(by, county_code, EVERY_DESK)
    if not ids:
        raise Refused(Problem("nobody", "请先勾选。", "requests"))
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明为什么不再等银行回写。", "reason"))
    async with transaction():
        done = await store.withdraw(county_code, ids, reason.strip()[:200], at)
        await _log(county_code, at, by, "card.withdrawn", "", f"{','.join(map(str, done))} {reason.strip()}"[:500])
    return len(done)


async def hand_out(county_code: int, ids: Sequence[int], by: Actor, at: datetime) -> int:
    """These people have their card or passbook in hand. Returns how many; a second time changes nothing."""
    _may_hand_out(county_code, by)
    if not ids:
        raise Refused(Problem("nobody", "请先勾选已经领到卡（折）的人。", "requests"))
    async with transaction():
        done = await store.hand_out(county_code, by.scope.region_prefix, ids, by.id, by.name, at)
        await _log(county_code, at, by, "card.handed", "", ",".join(map(str, done))[:500])
    return len(done)


async def roster(
    county_code: int, region: str, by: Actor, at: datetime, *, handed: bool | None = False, file_id: int | None = None
) -> list[RequestRow]:
    """《银行卡（折）发放花名册》 of a place, or the 《开卡明细清单》 of one list. Who took it is written down (R-058)."""
    _may_hand_out(county_code, by)
    if not by.scope.covers(region):
        raise NotFound
    async with transaction():
        rows = await queries.opened(county_code, region, MAX_ROWS, handed=handed, file_id=file_id)
        await _log(county_code, at, by, "card.list", region, f"{len(rows)}", "region")
    return rows


def _may_hand_out(county_code: int, by: Actor) -> None:
    if by.kind is not ActorKind.STAFF or by.scope.county_code != county_code or not any(by.holds(p) for p in HANDERS):
        raise NotFound


def cells(rows: Sequence[RequestRow], at: datetime) -> list[tuple[str, ...]]:
    """Lines of the roster; numbers are masked, the signature is left blank (R-277)."""
    return [
        (row.name, mask_id(row.id_number), row.region_name, row.bank, KINDS[row.account_kind], f"尾号{row.tail}",
         f"{row.handed_at.astimezone(at.tzinfo):%Y-%m-%d}" if row.handed_at else "", "")
        for row in rows
    ]  # fmt: skip


def sheet(title: str, rows: Sequence[RequestRow], at: datetime) -> bytes:
    return workbook.write([("名册", [[title], COLUMNS, *cells(rows, at)])])


# ------------------------------------------------------------------ whose an account is


async def ask_about(county_code: int, bank_code: str, accounts: Sequence[int] | None, by: Actor, at: datetime) -> int:
    """Asks the bank about these accounts, whatever bank they name (None: all of its own nobody was asked about). Returns how many."""
    require_post(by, county_code, CHECKERS)
    if accounts is not None and not accounts:
        raise Refused(Problem("nobody", "请先勾选要核对的账户。", "accounts"))
    async with transaction():
        bank = await _bank(county_code, bank_code)
        asked = await _ask_about(county_code, bank, accounts, by, at)
        if not asked:
            raise Refused(Problem("nobody", "这家银行没有要核对的账户。", "bank"))
    return asked


async def ask_daily(county_code: int, bank_code: str, at: datetime) -> int:
    """The day's file about this bank's unverified accounts, once a day, none where there is nothing to ask. A bank that is not
    registered is not asked."""
    async with transaction():
        bank = await queries.bank_of(county_code, bank_code)
        if bank is None:
            return 0
        await exchange.lock_partner(county_code, bank_code)
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        if await queries.asked_by_the_day(county_code, bank_code, midnight):
            return 0
        return await _ask_about(county_code, bank, None, worker(county_code), at)


async def _ask_about(county_code: int, bank: BankRow, accounts: Sequence[int] | None, by: Actor, at: datetime) -> int:
    asked = await store.ask_about(county_code, bank, accounts, MOST, by.id, by.name, at)
    if asked:
        rows = [
            formats.Check(check_no=each.id, name=each.name, id_number=each.id_number, account_no=each.account_no)
            for each in asked
        ]
        partner = bank_desk.partner(bank.code)
        file_id = await numbered_files.queue_file(partner, county_code, "account_check", rows, at.date(), at)
        await store.set_file(county_code, "account_check", [each.id for each in asked], file_id)
        await _log(county_code, at, by, "account.asked", f"{file_id}", f"{bank.code} {len(asked)}", "exchange_file")
    return len(asked)


async def _log(
    county_code: int, at: datetime, by: Actor, action: str, number: str, detail: str, object_kind: str = "card_request"
) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, object_kind, number, detail=detail)
