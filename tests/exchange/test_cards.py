"""开卡 and 账户核对 with the simulated bank: each line counts once, whatever comes twice, late, halved or different."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from db import engine
from db.queries import benefits as benefit_queries
from db.queries import cards as queries
from db.stores import people
from domain import benefits
from domain.agency import bank_desk, cards
from domain.agency.exchange_board import settle
from domain.errors import NotFound, Refused
from domain.exchange import bank
from domain.exchange.cards import AccountKind, Checked, Opened, Result
from domain.exchange.envelope import Answer, Header
from ops import exchange
from sandbox.bank.branch import Branch
from sandbox.counterpart.faults import Fault
from tests import make
from tests.agency.pensioner import drawing
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FRIDAY, LI_XIUYING, OTHER_GROUP, WANG_DASHAN, ZHAO_MIN
from tests.payments import month as way
from tests.portal.town import sms_to

BANK, ON = "NH", "20261120"
COLLECTOR = make.staff("郭强", make.Post.COUNTY_COLLECTION, staff_id=117)
NUMBER = "6217994300100000001"


@pytest.fixture(autouse=True)
async def _bank(db: object, folder: Path) -> None:
    await cards.add_bank(COUNTY, BANK, "农商银行", LIN_JING, FRIDAY)


def branch(folder: Path, fault: Fault | None = None) -> Branch:
    (folder / "bank" / BANK / "in").mkdir(parents=True, exist_ok=True)
    return Branch(folder, BANK, f"{COUNTY}", "1", fault)


async def rounds(folder: Path, fault: Fault | None = None, times: int = 1) -> None:
    """Ours, the bank's, and ours again."""
    branch(folder)
    await exchange.exchange_with_banks(COUNTY, FRIDAY)
    for turn in range(times):
        branch(folder, None if turn else fault).look(ON)
        await exchange.exchange_with_banks(COUNTY, FRIDAY)


async def ask(*people: int, purpose: str = "benefit", by: make.Actor = LIN_JING) -> int:
    return await cards.ask(COUNTY, purpose, f"{COUNTY}", people or None, BANK, "card", by, FRIDAY)


async def request_states() -> list[tuple[str, str]]:
    rows = await engine.fetch("select state, reason from card_request order by id")
    return [tuple(row) for row in rows]


async def accounts() -> list[tuple[str, str, bool]]:
    """(tail, state, in use)."""
    rows = await engine.fetch("select account_tail, state, ended_at is null as used from payment_account order by id")
    return [tuple(row) for row in rows]


def opened(person: make.Person, number: int, account: str = NUMBER, reason: str = "") -> Opened:
    return Opened(
        request_no=number,
        name=person.name,
        id_number=person.id_number,
        kind=AccountKind.CARD,
        account_no=account,
        reason=reason,
    )


async def wrote(*rows: Opened | Checked, sequence: int = 1, code: str = BANK) -> str:
    """What the bank sends by hand; why lines of it were put aside."""
    kind = "account_opened" if isinstance(rows[0], Opened) else "account_checked"
    about = Header(type=kind, sender=code, county_code=COUNTY, sequence=sequence, business_on=FRIDAY.date())
    taken = await bank_desk.receive(code, COUNTY, bank.encode(about, rows), f"{sequence}.txt", FRIDAY)
    if taken.answer is not Answer.ACCEPTED:
        return f"{taken.answer}：{taken.reason}"
    reason: str = await engine.fetchval(
        "select reason from exchange_file where direction = 'in' and sequence = $1 and partner = $2", sequence, code
    )
    return reason


async def request_no() -> int:
    number: int = await engine.fetchval("select max(id) from card_request")
    return number


async def check_no() -> int:
    number: int = await engine.fetchval("select max(id) from account_check")
    return number


# ------------------------------------------------------------------ cards


@pytest.mark.rule("R-269", "R-275")
async def test_who_has_no_account_is_asked_for_and_the_bank_writes_it_back(folder: Path) -> None:
    person = await drawing()
    assert await ask() == 1
    await rounds(folder)
    account = await benefit_queries.payment_account(COUNTY, person)
    assert account is not None
    assert (account.bank, account.holder_name, account.state) == ("农商银行", "王大山", "verified")
    assert await request_states() == [("opened", "")]
    assert await engine.fetchval("select origin from payment_account") == "bank"
    (told,) = await sms_to(WANG_DASHAN.phone)
    assert f"尾号{account.tail}" in told
    assert "养老金会发到这个账户" in told
    with pytest.raises(Refused, match="已经有账户"):
        await ask()


async def test_a_village_is_asked_for_in_its_order_and_nobody_twice(folder: Path) -> None:
    first, second = await drawing(LI_XIUYING, region=OTHER_GROUP), await drawing()
    assert await ask() == 2
    rows = await engine.fetch("select person_id from card_request order by id")
    assert [row["person_id"] for row in rows] == [second, first]
    with pytest.raises(Refused, match="正在等银行回写"):
        await ask()
    with pytest.raises(Refused, match="勾选"):
        await cards.ask(COUNTY, "benefit", f"{COUNTY}", [], BANK, "card", LIN_JING, FRIDAY)
    assert await engine.fetchval("select count(*) from exchange_file where kind = 'account_opening'") == 1


@pytest.mark.rule("R-270")
@pytest.mark.parametrize(
    ("item", "status", "asked"),
    [("key_info_change", "submitted", False), ("key_info_change", "under_review", False), ("key_info_change", "effected", True),
     ("key_info_change", "draft", True), ("key_info_change", "withdrawn", True), ("bank_account_change", "submitted", True)],
)  # fmt: skip
async def test_nobody_is_asked_for_while_his_data_is_being_changed(item: str, status: str, asked: bool) -> None:
    person = await drawing()
    await engine.execute(
        "insert into service_case (county_code, item, profile, status, subject_person_id, subject_name, subject_index, region_code,"
        " applicant_kind, applicant_name, applicant_index, filer_kind, filer_id, filer_name, channel, payload_sealed, verify_token,"
        " created_at, touched_at) values ($1, $2, 'national', $3, $4, 'x', 'x', '439901010201', 'resident', 'x', 'x', 'resident', 1, 'x',"
        " 'portal', 'x', 'x', $5, $5)",
        COUNTY, item, status, person, FRIDAY,
    )  # fmt: skip
    (row,) = await queries.wanting(COUNTY, "benefit", f"{COUNTY}", 9)
    assert row.changing is not asked
    if asked:
        assert await ask() == 1
    else:
        with pytest.raises(Refused, match="资料修改"):
            await ask()


@pytest.mark.rule("R-273")
async def test_who_pays_in_gets_a_card_by_name_only() -> None:
    person = await make.participant()
    with pytest.raises(Refused, match="逐个勾选"):
        await ask(purpose="contribution", by=COLLECTOR)
    with pytest.raises(Refused, match="征缴管理岗"):
        await ask(person, purpose="contribution")
    with pytest.raises(Refused, match="待遇核发岗"):
        await ask(by=COLLECTOR)
    assert await ask(person, purpose="contribution", by=COLLECTOR) == 1
    await wrote(opened(WANG_DASHAN, await request_no()))
    assert "养老金会发到" not in (await sms_to(WANG_DASHAN.phone))[0]
    assert await accounts() == [("0001", "verified", True)]


async def test_a_refusal_is_told_and_the_person_can_be_asked_for_again(folder: Path) -> None:
    await drawing()
    await ask()
    await rounds(folder, Fault.RETURNED_LINE)
    assert await request_states() == [("refused", "证件已经过期")]
    assert "证件已经过期" in (await sms_to(WANG_DASHAN.phone))[0]
    (row,) = await queries.wanting(COUNTY, "benefit", f"{COUNTY}", 9)
    assert row.refused == "证件已经过期"
    assert await ask() == 1


@pytest.mark.rule("R-495")
@pytest.mark.parametrize("fault", [Fault.HALF_FILE, Fault.DUPLICATE, Fault.GAP, Fault.BAD_LINE])
async def test_what_goes_wrong_on_the_way_leaves_one_account_each(folder: Path, fault: Fault) -> None:
    await drawing()
    await drawing(LI_XIUYING, region=OTHER_GROUP)
    await ask()
    await rounds(folder, fault, times=3)
    assert await request_states() == [("opened", "")] * 2
    assert [state for _, state, used in await accounts() if used] == ["verified"] * 2
    assert len(await sms_to(WANG_DASHAN.phone)) == 1


async def test_lines_that_come_later_are_waited_for(folder: Path) -> None:
    await drawing()
    await drawing(LI_XIUYING, region=OTHER_GROUP)
    await ask()
    await rounds(folder, Fault.LATER_LINES)
    assert sorted(await request_states()) == [("opened", ""), ("sent", "")]
    branch(folder).look(ON)
    await exchange.exchange_with_banks(COUNTY, FRIDAY)
    assert await request_states() == [("opened", "")] * 2


async def test_another_answer_to_the_same_line_is_put_aside(folder: Path) -> None:
    await drawing()
    await ask()
    await rounds(folder, Fault.OTHER_ANSWER)
    first = await accounts()
    assert len(first) == 1
    (held,) = await queries.held(COUNTY)
    assert held.reason == "第2行和以前的回写不一样，以前的不变"
    with pytest.raises(Refused, match="征缴管理岗、待遇核发岗"):
        await settle(COUNTY, held.id, "已和银行核实", make.SUN_LI, FRIDAY)
    await settle(COUNTY, held.id, "已和银行核实，以第一次为准", LIN_JING, FRIDAY)
    assert await queries.held(COUNTY) == []


@pytest.mark.parametrize(
    ("answers", "aside", "kept"),
    [("AA", "", "0001"), ("AB", "第3行", "0001"), ("AR", "第3行", "0001"), ("RR", "", None), ("RA", "第3行", None), ("RS", "第3行", None),
     ("BABA", "第3行、第5行", "0002")],
)  # fmt: skip
@pytest.mark.parametrize("files", [1, 9])
async def test_the_first_answer_stands_in_one_file_and_in_several(
    files: int, answers: str, aside: str, kept: str | None
) -> None:
    await drawing()
    await ask()
    number = await request_no()
    said = {
        "A": opened(WANG_DASHAN, number), "B": opened(WANG_DASHAN, number, "6217994300100000002"),
        "R": opened(WANG_DASHAN, number, "", "证件过期"), "S": opened(WANG_DASHAN, number, "", "本人不在"),
    }  # fmt: skip
    if files == 1:
        reason = await wrote(*(said[each] for each in answers))
        assert "、".join(part[:3] for part in reason.split("；")) == aside
    else:
        reasons = [await wrote(said[each], sequence=n) for n, each in enumerate(answers, start=1)]
        assert "、".join(f"第{n}行" for n, reason in enumerate(reasons, start=2) if reason) == aside
    assert await accounts() == ([(kept, "verified", True)] if kept else [])


@pytest.mark.parametrize("seed", range(3))
async def test_of_any_answers_in_any_order_the_first_to_each_line_stands(seed: int) -> None:
    """Ten people, forty answers in seven files; a bank may also leave somebody out."""
    people = [way.pensioner(n) for n in range(1, 11)]
    for n, person in enumerate(people, start=1):
        await drawing(person, region=OTHER_GROUP if n % 3 else make.GROUP)
    await ask()
    rows = await engine.fetch("select r.id, p.name from card_request r join person p on p.id = r.person_id")
    numbers = {row["name"]: row["id"] for row in rows}
    chance = random.Random(seed)
    first: dict[str, Opened] = {}
    odd = aside = 0
    for sequence in range(1, 8):
        said = []
        for _ in range(chance.randint(1, 9)):
            person = chance.choice(people)
            account, reason = chance.choice(
                [(f"62{numbers[person.name]:010d}{chance.randint(1, 2)}", ""), ("", "证件过期"), ("", "本人不在")]
            )
            row = opened(person, numbers[person.name], account, reason)
            odd += first.setdefault(person.name, row) != row
            said.append(row)
        aside += (await wrote(*said, sequence=sequence)).count("第")
    assert aside == odd
    answered = await engine.fetch(
        "select p.name, r.state, r.account_tail from card_request r join person p on p.id = r.person_id where r.state <> 'sent'"
    )
    assert {row["name"]: (row["state"], row["account_tail"]) for row in answered} == {
        name: ("opened" if row.account_no else "refused", row.account_no[-4:]) for name, row in first.items()
    }
    assert sorted(tail for tail, _, used in await accounts() if used) == sorted(
        row.account_no[-4:] for row in first.values() if row.account_no
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [(opened(WANG_DASHAN, 99), "不在发给这家银行的名单里"),
     (structs.replace(opened(WANG_DASHAN, 1), name="王小山"), "姓名或身份证和登记的不一致"),
     (structs.replace(opened(WANG_DASHAN, 1), id_number=LI_XIUYING.id_number), "姓名或身份证和登记的不一致"),
     (opened(LI_XIUYING, 0), "没有在本县参保"),
     (structs.replace(opened(WANG_DASHAN, 0), name="王小山"), "姓名和登记的不一致")],
)  # fmt: skip
async def test_a_line_that_fits_nobody_is_put_aside_and_the_others_are_taken(row: Opened, why: str) -> None:
    await drawing()
    await ask()
    number = await request_no()
    reason = await wrote(
        structs.replace(row, request_no=number if row.request_no == 1 else row.request_no), opened(WANG_DASHAN, number)
    )
    assert reason.startswith("第2行")
    assert reason.endswith(why)
    assert await request_states() == [("opened", "")]


async def test_a_bank_answers_only_what_it_was_asked() -> None:
    await drawing()
    await ask()
    assert "没有登记为代理银行" in await wrote(opened(WANG_DASHAN, await request_no()), code="NYZ")
    await cards.add_bank(COUNTY, "NYZ", "邮储银行", LIN_JING, FRIDAY)
    assert "不在发给这家银行的名单里" in await wrote(opened(WANG_DASHAN, await request_no()), code="NYZ")
    assert await accounts() == []


@pytest.mark.rule("R-272")
async def test_who_went_to_the_bank_himself_is_paid_there_from_then_on(folder: Path) -> None:
    await way.draws(1)
    person = way.pensioner(1)
    (folder / "bank" / BANK / "in").mkdir(parents=True)
    (folder / "bank" / BANK / "opened.csv").write_text(f"{person.name},{person.id_number},passbook\n", encoding="utf-8")
    await rounds(folder)
    assert [(state, used) for _, state, used in await accounts()] == [("verified", False), ("verified", True)]
    assert "如果不是您本人办理的" in (await sms_to(person.phone))[-1]


@pytest.mark.rule("R-272")
async def test_an_old_line_does_not_bring_back_an_account_that_was_given_up() -> None:
    await way.draws(1)
    person, first = way.pensioner(1), opened(way.pensioner(1), 0)
    assert await wrote(first) == ""
    assert await wrote(opened(person, 0, "6217994300100000002"), sequence=2) == ""
    assert "已经停用" in await wrote(first, sequence=3)
    assert (await accounts())[-1] == ("0002", "verified", True)


async def test_an_account_the_person_named_since_is_kept() -> None:
    person_id = await drawing()
    await ask()
    await way.banked(1, person_id, verified=False)
    assert await wrote(opened(WANG_DASHAN, await request_no())) == ""
    ((state, reason),) = await request_states()
    assert (state, "没有改用这一个" in reason) == ("opened", True)
    assert len(await accounts()) == 1
    assert "没有改用这一个" in (await sms_to(WANG_DASHAN.phone))[0]


async def test_what_is_not_waited_for_any_more_is_taken_all_the_same() -> None:
    person = await drawing()
    await ask()
    number = await request_no()
    with pytest.raises(Refused, match="为什么"):
        await cards.withdraw(COUNTY, [number], " ", LIN_JING, FRIDAY)
    assert await cards.withdraw(COUNTY, [number], "银行说没有收到", LIN_JING, FRIDAY) == 1
    assert await cards.withdraw(COUNTY, [number], "银行说没有收到", LIN_JING, FRIDAY) == 0
    assert await ask(person) == 1
    assert await wrote(opened(WANG_DASHAN, number)) == ""
    assert await accounts() == [("0001", "verified", True)]


# ------------------------------------------------------------------ handing out


async def test_a_card_is_handed_out_once_and_by_its_own_township() -> None:
    await drawing()
    await drawing(LI_XIUYING, region=OTHER_GROUP)
    await ask()
    first = await request_no() - 1
    await wrote(opened(WANG_DASHAN, first), opened(LI_XIUYING, first + 1, "6217994300100000002"))
    assert [row.name for row in await cards.roster(COUNTY, "43990101", ZHAO_MIN, FRIDAY)] == ["王大山"]
    with pytest.raises(NotFound):
        await cards.roster(COUNTY, "43990102", ZHAO_MIN, FRIDAY)
    assert await cards.hand_out(COUNTY, [first, first + 1], ZHAO_MIN, FRIDAY) == 1
    assert await cards.hand_out(COUNTY, [first], LIN_JING, FRIDAY + timedelta(days=1)) == 0
    (row,) = await cards.roster(COUNTY, f"{COUNTY}", LIN_JING, FRIDAY, handed=True)
    assert (row.name, row.handed_at, row.handed_by_name) == ("王大山", FRIDAY, "赵敏")
    assert [row.name for row in await cards.roster(COUNTY, f"{COUNTY}", LIN_JING, FRIDAY)] == ["李秀英"]
    with pytest.raises(NotFound):
        await cards.hand_out(COUNTY, [first + 1], make.assistant(), FRIDAY)


@pytest.mark.rule("R-277")
async def test_the_roster_shows_no_whole_number() -> None:
    await drawing()
    await ask()
    await wrote(opened(WANG_DASHAN, await request_no()))
    (line,) = cards.cells(await cards.roster(COUNTY, f"{COUNTY}", LIN_JING, FRIDAY), FRIDAY)
    assert WANG_DASHAN.id_number not in line
    assert "尾号0001" in line
    assert NUMBER not in "".join(line)


# ------------------------------------------------------------------ whose an account is


@pytest.mark.rule("R-275", "R-276")
async def test_an_account_somebody_named_is_asked_about_once_a_day(folder: Path) -> None:
    await way.draws(1, verified=False)
    branch(folder)
    for _ in range(3):
        await exchange.exchange_with_banks(COUNTY, FRIDAY)
    await way.draws(2, verified=False)
    await exchange.exchange_with_banks(COUNTY, FRIDAY)
    assert await engine.fetchval("select count(*) from account_check") == 1
    await exchange.exchange_with_banks(COUNTY, FRIDAY + timedelta(days=1))
    assert await engine.fetchval("select count(*) from account_check") == 2
    branch(folder).look(ON)
    await exchange.exchange_with_banks(COUNTY, FRIDAY + timedelta(days=1))
    assert [state for _, state, _ in await accounts()] == ["verified", "verified"]


async def test_only_the_banks_own_unverified_accounts_are_in_the_daily_file(folder: Path) -> None:
    await way.draws(1, bank="邮储银行", verified=False)
    await way.draws(2)
    branch(folder)
    await exchange.exchange_with_banks(COUNTY, FRIDAY)
    assert await engine.fetchval("select count(*) from account_check") == 0
    other = await engine.fetchval("select min(id) from payment_account")
    assert await cards.ask_about(COUNTY, BANK, [other, other + 1], LIN_JING, FRIDAY) == 1
    with pytest.raises(Refused, match="没有要核对的账户"):
        await cards.ask_about(COUNTY, BANK, [other], LIN_JING, FRIDAY)


@pytest.mark.parametrize(
    ("result", "words"),
    [("name_differs", "户名不是本人"), ("no_such", "没有这个账号"), ("closed", "已经销户"), ("frozen", "被冻结")],
)
async def test_what_is_wrong_is_told_with_what_to_do(result: str, words: str) -> None:
    await way.draws(1, verified=False)
    await cards.ask_about(COUNTY, BANK, None, LIN_JING, FRIDAY)
    answer = Checked(check_no=await check_no(), result=Result(result))
    assert await wrote(answer) == ""
    assert [state for _, state, _ in await accounts()] == ["rejected"]
    (told,) = await sms_to(way.pensioner(1).phone)
    assert words in told
    assert "更换养老金发放账户" in told
    assert await wrote(answer, sequence=2) == ""
    assert "以前的不变" in await wrote(structs.replace(answer, result=Result.VERIFIED), sequence=3)
    assert len(await sms_to(way.pensioner(1).phone)) == 1
    assert [row.refused for row in await queries.wanting(COUNTY, "benefit", f"{COUNTY}", 9)] == [
        await engine.fetchval("select state_reason from payment_account")
    ]


async def test_an_answer_about_an_account_that_was_replaced_changes_nothing() -> None:
    person_id = await way.draws(1, verified=False)
    await cards.ask_about(COUNTY, BANK, None, LIN_JING, FRIDAY)
    await way.banked(1, person_id, verified=False, last="7")
    assert await wrote(Checked(check_no=await check_no(), result=Result.NO_SUCH)) == ""
    assert [(state, used) for _, state, used in await accounts()] == [("unverified", False), ("unverified", True)]
    assert await sms_to(way.pensioner(1).phone) == []


async def test_a_check_that_nobody_asked_for_is_put_aside() -> None:
    assert await wrote(Checked(check_no=7, result=Result.VERIFIED)) == "第2行的核对编号不在发给这家银行的文件里"


async def test_what_is_verified_need_not_be_looked_at_before_it_is_paid() -> None:
    person_id = await way.draws(1, verified=False)
    _, plan_id = await way.drafted()
    found = "select findings from payment_transfer where plan_id = $1 and person_id = $2"
    assert "account_unverified" in await engine.fetchval(found, plan_id, person_id)
    await cards.ask_about(COUNTY, BANK, None, LIN_JING, way.AT)
    await wrote(Checked(check_no=await check_no(), result=Result.VERIFIED))
    assert await engine.fetchval(found, plan_id, person_id) == ["first_payment"]


@pytest.mark.rule("R-278")
async def test_an_account_of_many_is_listed_with_its_people() -> None:
    one, two = await way.draws(1), await way.draws(2, region=OTHER_GROUP)
    assert await queries.shared(COUNTY, f"{COUNTY}", 9) == []
    await way.banked(1, two)
    rows = await queries.shared(COUNTY, f"{COUNTY}", 9)
    assert [(row.person_id, row.people) for row in rows] == [(one, 2), (two, 2)]
    assert [row.person_id for row in await queries.shared(COUNTY, "43990102", 9)] == [two]


async def test_a_cleared_account_is_opened_anew() -> None:
    """Clearing is all the office may do with an account (核心提示5)."""
    person_id = await way.draws(1)
    person = await people.read(COUNTY, person_id)
    assert person is not None
    await benefits.clear_account(COUNTY, person_id, "姓名写错了", LIN_JING, FRIDAY)
    assert await ask() == 1
    await wrote(opened(way.pensioner(1), await request_no(), "6228480402500010"))
    assert (await accounts())[-1][1:] == ("verified", True)
