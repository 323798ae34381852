"""What banks say of accounts: those they opened, and whose an account is (湖南省经办工作流程二十; R-269…R-275).

Each line counts once: the same again changes nothing, another answer to the same line is put aside for somebody to look at and
the first one stands. A line that cannot be taken does not keep the others waiting. Inside the caller's transaction.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import Struct, structs

from db.queries import cards as queries
from db.queries import people as people_query
from db.queries.cards import BankRow
from db.stores import audit, benefits, messages, people
from db.stores import cards as store
from db.stores.benefits import NewAccount
from db.stores.cards import Check, Request
from domain import names
from domain.agency import worker
from domain.agency.numbered_files import Kept
from domain.exchange import envelope, lines
from domain.exchange.cards import Checked, Opened, Result
from domain.exchange.envelope import Message

OTHER_ANSWER = "和以前的回写不一样，以前的不变"
WRONG = {
    Result.NAME_DIFFERS: "户名不是本人",
    Result.NO_SUCH: "没有这个账号",
    Result.CLOSED: "账户已经销户",
    Result.FROZEN: "账户被冻结了",
}
HOW_TO_CHANGE = "请在“更换养老金发放账户”里填写本人的账户，或者带身份证到银行网点办理。"


async def take(county_code: int, message: Message, at: datetime) -> Kept:
    """A whole file of one of TYPES. Held when lines of it could not be taken: the reason names them."""
    bank = await queries.bank_of(county_code, message.header.sender)
    if bank is None:
        raise lines.refused("no-bank", "这家银行没有登记为代理银行，请先和社保经办机构联系。")
    wrong = await TYPES[message.header.type](county_code, bank, message.rows, at)
    by, odd = worker(county_code), [f"第{line}行{why}" for line, why in wrong if why]
    detail = f"{bank.code} {message.header.sequence} 共{len(message.rows)}行，{len(odd)}行没有使用"
    await audit.write(county_code, at, by.kind, by.id, by.name, f"bank.{message.header.type}", "exchange_file",
                      f"{message.header.sequence}", detail=detail)  # fmt: skip
    reason = "；".join(odd)
    return Kept(state="held" if odd else "processed", reason=reason[: envelope.LONGEST_REASON])


# ------------------------------------------------------------------ accounts they opened


async def _opened(county_code: int, bank: BankRow, rows: Sequence[Struct], at: datetime) -> list[tuple[int, str]]:
    """(line, why it was not taken: empty when it was)."""
    told = [row for row in rows if isinstance(row, Opened)]
    asked: dict[int, Request | None] = {
        **await store.requests(county_code, bank.code, [row.request_no for row in told if row.request_no])
    }
    found = []
    for line, row in enumerate(told, start=2):
        if row.request_no:
            why, asked[row.request_no] = await _as_asked(county_code, bank, asked.get(row.request_no), row, at)
        else:
            why = await _by_oneself(county_code, bank, row, at)
        found.append((line, why))
    return found


async def _as_asked(
    county_code: int, bank: BankRow, request: Request | None, row: Opened, at: datetime
) -> tuple[str, Request | None]:
    """(why not, the request as it stands now)."""
    if request is None:
        return "的开卡编号不在发给这家银行的名单里", None
    if (names.normalise_name(row.name), row.id_number) != (request.name, request.id_number):
        return "的姓名或身份证和登记的不一致", request
    state, index = "opened" if row.account_no else "refused", store.index_of(row.account_no)
    if request.state in ("opened", "refused"):
        same = (request.state, request.account_index) == (state, index) and (
            row.account_no or row.reason == request.reason
        )
        return "" if same else OTHER_ANSWER, request
    reason = await _use(county_code, bank, request, row, at) if row.account_no else row.reason
    await store.answered(county_code, request.id, state, reason, row.account_no, at)
    if row.account_no:
        to_it = f"{reason}。" if reason else "养老金会发到这个账户。" if request.purpose == "benefit" else ""
        title, body = "银行账户已经开好", (
            f"您的银行账户已经开好：{bank.title}尾号{row.account_no[-4:]}。{to_it}领卡（折）的时间请等乡镇（街道）或村里通知，带本人"
            "身份证领取，当场激活。"
        )  # fmt: skip
    else:
        title, body = "银行账户没有开成", f"{bank.title}没有给您开成账户：{reason}。{HOW_TO_CHANGE}"
    await _tell(county_code, request.id_index, request.phone, title, body, at)
    return "", structs.replace(request, state=state, account_index=index, reason=reason)


async def _use(county_code: int, bank: BankRow, request: Request, row: Opened, at: datetime) -> str:
    """The pension goes there from now on, unless the person has named another account since: then why not."""
    known = await store.known(county_code, request.person_id, row.account_no)
    if known is not None and known.in_use:
        await store.judge(county_code, known.id, "verified", "", at)
    elif request.used_tail:
        return f"本人已经另外登记了尾号{request.used_tail}的账户，没有改用这一个"
    else:
        await _set(county_code, bank, request.person_id, request.name, row, at)
    return ""


async def _by_oneself(county_code: int, bank: BankRow, row: Opened, at: datetime) -> str:
    """Somebody went to a branch with his ID card and opened an account (核心提示3): his word, and the bank's. An account that was
    used before and is not any more does not come back so: an old line may have come late."""
    person_id = await people_query.person_id_of(county_code, people_query.id_index_of(row.id_number))
    person = await people.read(county_code, person_id, lock=True) if person_id else None
    if person is None:
        return "的身份证没有在本县参保"
    if person.name != names.normalise_name(row.name):
        return "的姓名和登记的不一致"
    known = await store.known(county_code, person.id, row.account_no)
    if known is not None and not known.in_use:
        return "的账户以前用过，已经停用，没有重新启用"
    if known is not None and known.state == "verified":
        return ""
    if known is not None:
        await store.judge(county_code, known.id, "verified", "", at)
        return ""
    await _set(county_code, bank, person.id, person.name, row, at)
    body = (
        f"银行告诉我们，您在网点开了新账户：{bank.title}尾号{row.account_no[-4:]}。以后养老金发到这个账户；已经在发的这一次，还是"
        "发到原来的账户。如果不是您本人办理的，请马上联系社保经办机构。"
    )
    await _tell(county_code, person.id_index, person.phone, "养老金发放账户已更换", body, at)
    return ""


async def _set(county_code: int, bank: BankRow, person_id: int, name: str, row: Opened, at: datetime) -> None:
    await benefits.set_account(county_code, NewAccount(
        person_id=person_id, kind=row.kind, bank=bank.title, holder_name=name, number=row.account_no, origin="bank", verified=True,
    ), at)  # fmt: skip


# ------------------------------------------------------------------ whose an account is


async def _checked(county_code: int, bank: BankRow, rows: Sequence[Struct], at: datetime) -> list[tuple[int, str]]:
    told = [row for row in rows if isinstance(row, Checked)]
    asked = await store.checks(county_code, bank.code, [row.check_no for row in told])
    found = []
    for line, row in enumerate(told, start=2):
        check = asked.get(row.check_no)
        if check is None:
            found.append((line, "的核对编号不在发给这家银行的文件里"))
        elif check.result:
            found.append((line, "" if check.result == row.result else OTHER_ANSWER))
        else:
            await _judge(county_code, check, row.result, at)
            asked[row.check_no] = structs.replace(check, result=row.result)
    return found


async def _judge(county_code: int, check: Check, result: Result, at: datetime) -> None:
    """An account that was replaced while the bank looked keeps its answer with the question only."""
    await store.check_answered(county_code, check.id, result, at)
    if not check.in_use:
        return
    if result is Result.VERIFIED:
        await store.judge(county_code, check.payment_account_id, "verified", "", at)
        return
    await store.judge(county_code, check.payment_account_id, "rejected", WRONG[result], at)
    body = (
        f"银行核对了您的养老金账户（{check.bank}尾号{check.tail}）：{WRONG[result]}，养老金发不进去。{HOW_TO_CHANGE}"
        "换好以前没有发的，换好以后一起补发。"
    )
    await _tell(county_code, check.id_index, check.phone, "请更换养老金发放账户", body, at)


async def _tell(county_code: int, recipient: bytes, phone: str | None, title: str, body: str, at: datetime) -> None:
    await messages.tell(
        county_code=county_code, recipient_index=recipient, case_id=None, title=title, body=body, at=at, phone=phone
    )


TYPES: dict[str, Callable[[int, BankRow, Sequence[Struct], datetime], Awaitable[list[tuple[int, str]]]]] = {
    "account_opened": _opened,
    "account_checked": _checked,
}
