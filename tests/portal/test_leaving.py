"""The family closes an account from a phone: nothing is said of the dead, then every fen is explained."""

from datetime import date, datetime
from typing import Any

import pytest

from db import engine
from domain import payments, settlement
from domain.agency import commitments, payment_orders
from domain.case import flow
from tests import make
from tests.contributions.ways import CASHIER, told
from tests.items.test_deregistration import AT, DAUGHTER, DIED, OLD, decided, filed, known_dead, reversed_case
from tests.leaving import family
from tests.make import CHEN_CHUNSHENG, CHINA, COUNTY, HE_JING, VILLAGE, WANG_DASHAN, ZHAO_MIN, Person, id_number
from tests.payments import month as way
from tests.portal.town import Town, Visitor

NOBODY = Person("孔无名", id_number(date(1950, 1, 1), 601), 61, "13800000061")
SON = Person("许小雷", id_number(date(1992, 5, 6), 331), 62, "13800000062")
CARD = "6228 4804 0256 4890 018"


@pytest.fixture
async def late(town: Town) -> Town:
    """Some days after the death."""
    town.now = AT
    return town


async def begun(visitor: Visitor, name: str, number: str) -> None:
    await visitor.get("/leaving")
    await visitor.press("继续", {"name": name, "id_number": number})


async def filled(visitor: Visitor, **more: str) -> None:
    """From the first question to the last look."""
    await visitor.press("保存并继续", {"cause": "death", "happened_on": DIED, "relation": "3"})
    row = {"receivers.0.relation": "3", "receivers.0.bank": "农商银行", "receivers.0.bank_account": CARD}
    await visitor.press("保存并继续", row | more)
    await visitor.press("保存并继续", {"phone": DAUGHTER.phone})


async def signed(visitor: Visitor, name: str = DAUGHTER.name) -> int:
    await visitor.press("没有错，去签承诺书")
    await visitor.press("签名并提交", {"signature": name})
    return int(visitor.url.split("/")[2])


def amount(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}元"


@pytest.mark.rule("R-316", "R-317", "R-318", "R-502")
async def test_what_there_is_to_get_is_explained_before_anything_is_asked_and_no_figure_is_named(town: Town) -> None:
    async with town.visitor() as visitor:
        await visitor.get("/")
        await visitor.follow("家里人去世了")
        for words in (
            "请您节哀",
            "5个工作日",
            "不用死亡证明",
            "也不用亲属关系证明",
            "账户里的钱",
            "丧葬补助金",
            "随时可以撤回",
        ):
            assert words in visitor.words
        assert "去世的是谁" in visitor.words
        assert "元" not in visitor.words


@pytest.mark.rule("R-498")
async def test_the_form_goes_on_in_the_same_words_for_anybody(late: Town) -> None:
    await family.pensioner()
    await known_dead()
    seen = []
    for dead in (OLD, Person("许错名", OLD.id_number, 9, ""), NOBODY):
        async with late.login(DAUGHTER) as visitor:
            await begun(visitor, dead.name, dead.id_number)
            pages = [visitor.words]
            await filled(visitor)
            pages.append(visitor.words)
            await visitor.press("没有错，去签承诺书")
            seen.append([each.replace(dead.name, "某人") for each in (*pages, visitor.words)])
    assert seen[0] == seen[1] == seen[2]
    assert "核对" in seen[0][1]


@pytest.mark.rule("R-498")
async def test_what_the_dead_had_said_of_beneficiaries_is_not_shown_to_whoever_asks(late: Town) -> None:
    person = await family.pensioner()
    from db.stores import people  # noqa: PLC0415

    async with engine.transaction():
        await people.designate(
            COUNTY, person, [("陈新", "resident_id_card", SON.id_number, "7", 100)], case_id=None, on=date(2026, 1, 1)
        )
    async with late.login(DAUGHTER) as visitor:
        await begun(visitor, OLD.name, OLD.id_number)
        await visitor.press("保存并继续", {"cause": "death", "happened_on": DIED, "relation": "3"})
        assert visitor.filled(visitor.button("保存并继续")[0])["receivers.0.name"] == [DAUGHTER.name]
        assert "陈新" not in visitor.page.text


async def test_ten_names_a_day_are_enough(late: Town) -> None:
    async with late.login(DAUGHTER) as visitor:
        for number in range(10):
            await begun(visitor, NOBODY.name, id_number(date(1950, 1, 1), 611 + number))
            assert "/drafts/" in visitor.url
        await visitor.get("/leaving")
        await visitor.press("继续", {"name": NOBODY.name, "id_number": id_number(date(1950, 1, 1), 631)}, status=422)
        assert "试的次数太多了" in visitor.words


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [(OLD.name, OLD.id_number[:-1], "18位"), (DAUGHTER.name, DAUGHTER.id_number, "您自己的证件号码")],
)
async def test_what_cannot_be_the_dead(late: Town, name: str, number: str, words: str) -> None:
    async with late.login(DAUGHTER) as visitor:
        await visitor.get("/leaving")
        await visitor.press("继续", {"name": name, "id_number": number}, status=422)
        assert words in visitor.words


async def test_a_name_typed_wrongly_is_given_up_for_the_right_one(late: Town) -> None:
    person = await family.pensioner()
    async with late.login(DAUGHTER) as visitor:
        await begun(visitor, "许错名", OLD.id_number)
        await begun(visitor, OLD.name, OLD.id_number)
        assert OLD.name in visitor.page.text
    rows = await engine.fetch("select subject_person_id, status from service_case order by id")
    assert [tuple(each) for each in rows] == [(None, "withdrawn"), (person, "draft")]


@pytest.mark.rule("R-316", "R-321", "R-323", "R-327", "R-341")
async def test_a_daughter_reads_the_figures_only_after_the_promise_and_the_comparison(late: Town) -> None:
    await family.pensioner()
    await family.month(202612, way.AT)
    async with late.login(DAUGHTER) as visitor:
        await begun(visitor, OLD.name, OLD.id_number)
        await filled(visitor)
        assert "元" not in visitor.words
        case_id = await signed(visitor)
        assert "2026年12月29日" in visitor.words  # five working days
        await visitor.get(f"/cases/{case_id}")
        assert "我们正在核对" in visitor.words
        assert "注销登记表" not in visitor.words
        await commitments.verify(COUNTY, case_id, "visit", "到东坪村见到邻居和村干部，都说12月15日去世", ZHAO_MIN, AT)
        await visitor.get(f"/cases/{case_id}")
        assert "如果今天结算" in visitor.words
        assert "审核通过以后付" in visitor.words
        expected = [each.text for each in visitor.page.all("dd")]
        await make.approve(case_id, ZHAO_MIN, AT)
        await make.approve(case_id, HE_JING, AT)
        settled = await family.row(await engine.fetchval("select id from settlement"))
        await visitor.get(f"/cases/{case_id}")
        assert f"一共付{amount(settled['payable_fen'])}" in visitor.words
        assert amount(settled["funeral_fen"]) in visitor.words
        assert "等财务付到农商银行尾号0018的账户" in visitor.words
        assert [text for text in expected if "利息" in text or "标准" in text] == [
            text for text in (each.text for each in visitor.page.all("dd")) if "利息" in text or "标准" in text
        ]
        answer = await visitor.fetch(f"/cases/{case_id}/settlements/{settled['id']}")
        assert answer.content[:4] == b"%PDF"
        await payment_orders.paid(COUNTY, await engine.fetchval("select id from payment_order"), AT.date(), CASHIER, AT)
        await visitor.get(f"/cases/{case_id}")
        assert "2026年12月22日已经付到农商银行" in visitor.words


@pytest.mark.rule("R-320", "R-327", "R-344")
async def test_what_was_overpaid_is_explained_with_what_it_is_taken_from(late: Town) -> None:
    await family.pensioner()
    await family.month(202612, way.AT)
    await family.month(202701, datetime(2027, 1, 10, 9, tzinfo=CHINA))
    late.now = datetime(2027, 2, 10, 9, tzinfo=CHINA)
    await known_dead()
    case_id = await filed(when=late.now)
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert "减209.23元2027年1月不应当发，已经发到卡上，这样扣回：账户209.23元" in visitor.words.replace(" ", "")
        assert "66.23元是从账户出的，已经先放回来" in visitor.words


@pytest.mark.rule("R-025")
async def test_the_promise_is_taken_back_until_the_decision(late: Town) -> None:
    await family.pensioner()
    case_id = await filed()
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert "我们作出决定以前，可以撤回申请" in visitor.words
        await visitor.follow("撤回申请")
        assert "承诺书也作废" in visitor.words
        await visitor.press("确定撤回")
        assert "已经撤回" in visitor.words
        assert "有多少钱" not in visitor.words


@pytest.mark.rule("R-338", "R-343")
async def test_a_wrong_death_that_was_taken_back_is_said(late: Town) -> None:
    await family.pensioner()
    await known_dead()
    case_id = await filed()
    await decided(case_id)
    await reversed_case(case_id, datetime(2027, 1, 8, 9, tzinfo=CHINA))
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert "这次注销已经撤销" in visitor.words


# ------------------------------------------------------------------ who gets it


def rows(*each: tuple[Person, int, str]) -> dict[str, Any]:
    return {"receivers": [
        {"name": one.name, "id_type": "resident_id_card", "id_number": one.id_number, "relation": "2", "share_percent": share,
         "bank": "农商银行" if card else "", "bank_account": card} for one, share, card in each
    ]}  # fmt: skip


@pytest.mark.rule("R-333", "R-336", "R-345", "R-517")
async def test_a_brother_without_an_account_brings_his_own_with_a_fresh_login(late: Town) -> None:
    await family.pensioner()
    await known_dead()
    case_id = await filed(rows((DAUGHTER, 50, CARD), (SON, 50, "")))
    async with late.login(SON) as visitor:
        await visitor.get("/")
        assert "家人留下的钱" not in visitor.words
        await visitor.get(f"/cases/{case_id}", status=404)
    await decided(case_id)
    held = await engine.fetchval("select amount_fen from settlement_payment where order_id is null")
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert f"请{SON.name}登录填写" in visitor.words
        await visitor.get("/leaving/shares/1/2", status=404)
        await visitor.post("/leaving/shares/1/2", {"bank": "农商银行", "bank_account": CARD}, status=404)
    async with late.login(SON) as visitor:
        await visitor.get("/")
        await visitor.follow("家人留下的钱")
        assert amount(held) in visitor.words
        await visitor.follow("填写收款账户")
        await visitor.press("付到这个账户", {"bank": "", "bank_account": "12"}, status=422)
        await visitor.press("付到这个账户", {"bank": "邮储银行", "bank_account": "6217 9955 0000 1234 567"})
        assert "等财务付到邮储银行尾号4567的账户" in visitor.words
        assert (await family.orders())[-1] == ("F10006", SON.name, held, "waiting")
        await visitor.get("/")
        assert "家人留下的钱" not in visitor.words
    await family.books_agree()


@pytest.mark.rule("R-345")
async def test_money_the_bank_sent_back_goes_to_another_account(late: Town) -> None:
    await family.pensioner()
    await known_dead()
    case_id = await filed()
    await decided(case_id)
    await payment_orders.failed(COUNTY, await engine.fetchval("select id from payment_order"), "户名不符", CASHIER, AT)
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert "没有付成：户名不符" in visitor.words
        await visitor.follow("填写收款账户")
        await visitor.press("付到这个账户", {"bank": "邮储银行", "bank_account": "6217995500001234567"})
        assert "尾号4567" in visitor.words
    assert [state for *_, state in await family.orders()] == ["cancelled", "waiting"]


@pytest.mark.rule("R-345")
async def test_an_old_login_cannot_turn_the_money_elsewhere(late: Town) -> None:
    await family.pensioner()
    await known_dead()
    await decided(await filed(rows((DAUGHTER, 100, ""))))
    async with late.login(DAUGHTER) as visitor:
        await visitor.get("/leaving/shares/1/1")
        late.now = datetime(2026, 12, 22, 9, 20, tzinfo=CHINA)
        answer = await visitor.client.post(
            "/leaving/shares/1/1", data={"_csrf": visitor.csrf, "bank": "邮储银行", "bank_account": CARD}
        )
        assert answer.status_code == 303
        assert "fresh=1" in answer.headers["location"]
    assert await family.orders() == []


@pytest.mark.rule("R-335")
async def test_a_guardian_brings_the_account_of_a_child(late: Town) -> None:
    child = Person("许小满", id_number(date(2014, 1, 1), 341), 63, "")
    await family.pensioner()
    await known_dead()
    asked = rows((child, 100, ""))
    asked["receivers"][0] |= {"guardian_name": DAUGHTER.name, "guardian_number": DAUGHTER.id_number}
    case_id = await filed(asked)
    await decided(case_id)
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert f"{child.name}（{DAUGHTER.name}代领）" in visitor.words
        await visitor.follow("填写收款账户")
        await visitor.press("付到这个账户", {"bank": "农商银行", "bank_account": CARD})
    assert [payee for _, payee, _, _ in await family.orders()] == [DAUGHTER.name]


@pytest.mark.rule("R-334")
async def test_a_designated_beneficiary_who_gets_nothing_is_told_after_the_decision_only(late: Town) -> None:
    from db.stores import people  # noqa: PLC0415

    person = await family.pensioner()
    async with engine.transaction():
        await people.designate(
            COUNTY, person, [("陈新", "resident_id_card", SON.id_number, "7", 100)], case_id=None, on=date(2026, 1, 1)
        )
    await known_dead()
    case_id = await filed()
    assert await told("您是指定受益人") == []
    await decided(case_id)
    (said,) = await told("您是指定受益人")
    assert "份额100%" in said


# ------------------------------------------------------------------ oneself, the assistant, nobody


@pytest.mark.rule("R-318")
async def test_for_oneself_only_the_causes_of_the_living_are_offered(late: Town) -> None:
    await family.pensioner()
    async with late.login(OLD) as visitor:
        await visitor.get("/apply/deregistration")
        assert "替去世的家里人办" in visitor.words
        await visitor.press("我知道了，开始填写")
        offered = [each.attrs["value"] for each in visitor.page.all("input") if each.attrs.get("name") == "cause"]
        assert offered == ["nationality", "other_pension"]
        await visitor.press("保存并继续", {"cause": "death", "happened_on": DIED, "relation": "0"}, status=422)
        await visitor.press("保存并继续", {"cause": "other_pension", "happened_on": DIED, "relation": "0"})
        form = visitor.filled(visitor.button("保存并继续")[0])
        assert (form["receivers.0.name"], form["receivers.0.relation"]) == ([OLD.name], ["0"])


@pytest.mark.rule("R-023", "R-317")
async def test_an_assistant_types_in_for_an_heir_who_signs_on_paper(late: Town) -> None:
    from tests.portal.town import photo  # noqa: PLC0415

    person = await family.pensioner()
    await late.appoint()
    async with late.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/people/{person}")
        await visitor.follow("开始注销登记")
        await visitor.press("继续", {"name": OLD.name, "id_number": OLD.id_number}, status=422)
        assert "来办的家里人" in visitor.words
        await visitor.press("继续", {"name": DAUGHTER.name, "id_number": DAUGHTER.id_number})
        await filled(visitor)
        await visitor.press("内容填好了，请居民确认")
        await visitor.press("上传并提交", files={"photo": [("slip.jpg", photo())]})
    found = await engine.fetchrow("select applicant_name, filer_kind, status from service_case")
    assert tuple(found or ()) == (DAUGHTER.name, "assistant", "submitted")
    assert await engine.fetchval("select signed_name from commitment") == DAUGHTER.name


async def test_an_assistant_cannot_start_it_in_the_name_of_the_dead(late: Town) -> None:
    person = await family.pensioner()
    await late.appoint()
    async with late.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/people/{person}")
        await visitor.post(f"/village/{VILLAGE}/people/{person}/apply/deregistration", {}, status=404)


async def test_the_county_answers_who_named_nobody(late: Town) -> None:
    await known_dead(person=WANG_DASHAN)
    async with late.login(DAUGHTER) as visitor:
        await begun(visitor, NOBODY.name, NOBODY.id_number)
        await filled(visitor)
        case_id = await signed(visitor)
        await visitor.get(f"/cases/{case_id}")
        assert "我们正在核对" in visitor.words
    found = (await flow.look(COUNTY, case_id, HE_JING, AT))[1].findings
    assert [(each.code, f"{each.weight}") for each in found] == [("unknown", "bars")]
    await flow.reject(
        COUNTY, case_id, HE_JING, await make.version(case_id), "OTHER", "没有这个人的参保记录，请核对姓名和号码。", AT
    )


@pytest.mark.rule("R-345")
async def test_when_the_old_account_is_closed_the_heir_names_one_in_the_own_name(late: Town) -> None:
    await family.pensioner()
    await known_dead()
    await decided(await filed(rows((DAUGHTER, 100, "")) | {"pay_to": "old"}))
    assert [payee for _, payee, _, _ in await family.orders()] == [OLD.name]
    await payment_orders.failed(
        COUNTY, await engine.fetchval("select id from payment_order"), "账户已经销户", CASHIER, AT
    )
    async with late.login(DAUGHTER) as visitor:
        await visitor.get("/leaving/shares")
        assert "没有付成：账户已经销户" in visitor.words
        await visitor.follow("填写收款账户")
        await visitor.press("付到这个账户", {"bank": "农商银行", "bank_account": CARD})
        await visitor.get("/leaving/shares")
        assert "等财务付到农商银行尾号0018的账户" in visitor.words
    assert [(payee, state) for _, payee, _, state in await family.orders()] == [
        (OLD.name, "cancelled"),
        (DAUGHTER.name, "waiting"),
    ]


@pytest.mark.rule("R-339")
async def test_while_a_pension_is_on_its_way_the_family_reads_that_it_waits(late: Town) -> None:
    await family.pensioner()
    plan = await way.planned(202612, way.AT)
    (file_id,) = await way.sent(plan, way.AT)
    await known_dead()
    case_id = await filed()
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert "还有209.23元正在银行发放" in visitor.words
        await decided(case_id)
        await visitor.get(f"/cases/{case_id}")
        assert "还有一笔养老金正在银行发放" in visitor.words
        assert "一共付" not in visitor.words
        await way.returned(file_id, at=AT)
        await payments.book(COUNTY, plan, family.REVIEWER, AT)
        assert await settlement.settle_ready(COUNTY, AT) == 1
        await visitor.get(f"/cases/{case_id}")
        assert "一共付" in visitor.words


@pytest.mark.rule("R-310", "R-340")
async def test_a_late_subsidy_is_a_second_sheet(late: Town) -> None:
    person = await family.pensioner()
    await known_dead()
    case_id = await filed()
    await decided(case_id)
    late.now = datetime(2026, 12, 28, 9, tzinfo=CHINA)
    await family.deposited(person, date(2026, 12, 23), subsidy_city=4000)
    assert await settlement.settle_ready(COUNTY, late.now) == 1
    async with late.login(DAUGHTER) as visitor:
        await visitor.get(f"/cases/{case_id}")
        for words in ("2026年12月22日结算", "2026年12月28日补充结算", "一共付40.00元"):
            assert words in visitor.words
        second = visitor.words.split("补充结算")[1]
        assert "丧葬补助金" not in second.split("文书")[0]


async def test_who_gets_it_can_be_changed_from_the_last_look(late: Town) -> None:
    async with late.login(DAUGHTER) as visitor:
        await begun(visitor, NOBODY.name, NOBODY.id_number)
        await filled(visitor)
        await visitor.follow("修改领取人")
        assert "receivers.0.name" in visitor.filled(visitor.button("保存并继续")[0])


@pytest.mark.rule("R-335")
async def test_a_child_without_a_guardian_is_told_before_the_promise(late: Town) -> None:
    async with late.login(DAUGHTER) as visitor:
        await begun(visitor, NOBODY.name, NOBODY.id_number)
        child = {"receivers.0.name": "许小满", "receivers.0.id_number": id_number(date(2014, 1, 1), 341)}
        await filled(visitor, **child)
        assert "请补上监护人" in visitor.words
