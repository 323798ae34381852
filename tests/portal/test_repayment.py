"""What a debtor sees."""

from datetime import date

import pytest

from domain.agency import recovery_money, recovery_notices
from tests.leaving.family import XU_XIAOYU
from tests.make import COUNTY, Person
from tests.payments import month as way
from tests.portal.town import Town
from tests.recovery import debts
from tests.recovery.debts import AT

HEIR = Person(XU_XIAOYU.name, XU_XIAOYU.id_number, 77)


@pytest.mark.rule("R-353", "R-355")
async def test_an_heir_reads_how_much_why_by_when_and_what_has_come(town: Town) -> None:
    town.now = AT
    case = await debts.verified(await debts.of_the_dead())
    async with town.login(HEIR) as heir:
        assert "没有要退还的钱" in (await heir.get("/repayment")).text
        assert "要退还的钱" not in (await heir.get("/")).text
    await recovery_notices.give_notice(COUNTY, case, date(2027, 3, 31), debts.QIN_LAN, AT)
    await recovery_money.agree(COUNTY, case, 2, date(2027, 3, 20), debts.QIN_LAN, AT)
    await debts.registered(case, 1000)
    async with town.login(HEIR) as heir:
        assert "要退还的钱" in (await heir.get("/")).text
        page = (await heir.get("/repayment")).text
        for words in ("还要退还", "2027年3月20日", "去世以后多领", "第2期", "已登记，正在核对"):
            assert words in page
    async with town.login(Person("别人", way.pensioner(5).id_number, 78)) as other:
        assert "没有要退还的钱" in (await other.get("/repayment")).text


@pytest.mark.rule("R-355")
async def test_who_missed_instalments_reads_it_and_that_all_of_the_rest_is_due(town: Town) -> None:
    case = await debts.noticed(await debts.of_the_dead())
    await recovery_money.agree(COUNTY, case, 4, date(2027, 3, 20), debts.QIN_LAN, AT)
    for month, words in ((3, "没有按时退"), (4, "分期协议已经终止")):
        town.now = AT.replace(month=month, day=21)
        await recovery_money.follow(COUNTY, town.now)
        async with town.login(HEIR) as heir:
            assert words in (await heir.get("/repayment")).text
            assert "分期没有按时退还" in (await heir.get("/messages")).text
    async with town.login(HEIR) as heir:
        assert "2027年5月6日" in (await heir.get("/repayment")).text
