from datetime import date

import pytest

from db import engine
from db.queries import records
from db.queries import reference as reference_query
from domain.actor import Actor, Post
from domain.agency.parameters_import import COLUMNS, RULE_COLUMNS, confirm, look, propose, refuse, snapshot
from domain.errors import NotFound, Problem, Refused
from domain.parameters import Funding
from tests import make
from tests.agency.sheets import csv, xlsx
from tests.conftest import Database

COUNTY, AT = make.COUNTY, make.FRIDAY
DOCUMENT = "青人社发〔2026〕12号（测试）"
LIN = make.staff("林静", Post.COUNTY_BENEFIT, staff_id=201)
HEAD = make.staff("冯远", Post.COUNTY_HEAD, staff_id=202)
DAY, DECIDED = date(2027, 1, 1), date(2026, 11, 2)
NEW_TIER = ("缴费档次", "", "5000", "5000", DAY, DECIDED)
NEW_SUBSIDY = ("缴费补贴", "省级", "5000", "150", "2027-01-01", "2026-11-02")
NEW_PENSION = ("基础养老金", "县级", "", 8.5, "2027-01-01", "2026-11-02")
NEW_RATE = ("记账利率", "", "", "0.0262", "2026-01-01", "2026-11-02")


async def proposed(*rows: object, by: Actor = LIN) -> int:
    return await propose(COUNTY, xlsx(COLUMNS, *rows), "参数.xlsx", DOCUMENT, by, AT)  # type: ignore[arg-type]


async def refusal(*rows: object) -> list[Problem]:
    with pytest.raises(Refused) as caught:
        await proposed(*rows)
    assert await reference_query.proposals(COUNTY, limit=1) == []
    return list(caught.value.problems)  # type: ignore[arg-type]


@pytest.mark.rule("R-431", "R-424")
async def test_a_sheet_takes_effect_only_when_a_second_person_confirms(db: Database) -> None:
    before = await snapshot(COUNTY)
    proposal_id = await proposed(NEW_TIER, NEW_SUBSIDY, NEW_PENSION, NEW_RATE)
    assert (await snapshot(COUNTY)).tier_of(500000, DAY) is None
    assert await confirm(COUNTY, proposal_id, HEAD, AT) == 4
    now = await snapshot(COUNTY)
    assert now.subsidy(Funding.PROVINCE, "5000", DAY).fen == 15000
    assert now.basic_pension(Funding.COUNTY, DAY).fen == 850
    assert now.basic_pension(Funding.COUNTY, date(2026, 12, 31)) == before.basic_pension(Funding.COUNTY, date(2026, 12, 31))
    line = next(line for line in await records.parameters(COUNTY) if line.key == "5000")
    assert (line.document, line.verified, line.proposed_by, line.confirmed_by) == (DOCUMENT, True, "林静（201）", "冯远（202）")


@pytest.mark.rule("R-113")
async def test_what_a_county_decides_with_yes_or_no_is_written_in_words(db: Database) -> None:
    proposal_id = await proposed(("补缴享受政府补贴", "", "", "是", DAY, DECIDED), ("制度实施日期", "", "", "2009-12-01", DAY, DECIDED))
    await confirm(COUNTY, proposal_id, HEAD, AT)
    now = await snapshot(COUNTY)
    assert (now.subsidises_back_payments(DAY), now.scheme_start(DAY)) == (True, date(2009, 12, 1))
    assert not now.subsidises_back_payments(date(2026, 12, 31))


@pytest.mark.rule("R-431")
async def test_nobody_confirms_what_he_handed_in(db: Database) -> None:
    both = make.staff("林静", Post.COUNTY_BENEFIT, Post.COUNTY_HEAD, staff_id=201)
    proposal_id = await proposed(NEW_TIER)
    for decide in (confirm(COUNTY, proposal_id, both, AT), refuse(COUNTY, proposal_id, "不符", both, AT)):
        with pytest.raises(Refused, match="您录入的"):
            await decide
    assert await confirm(COUNTY, proposal_id, HEAD, AT) == 1


async def test_a_proposal_is_decided_once(db: Database) -> None:
    proposal_id = await proposed(NEW_TIER)
    await refuse(COUNTY, proposal_id, "与文件第三条不符", HEAD, AT)
    with pytest.raises(Refused, match="已经处理过"):
        await confirm(COUNTY, proposal_id, HEAD, AT)
    assert (await snapshot(COUNTY)).tier_of(500000, DAY) is None
    (line,) = await reference_query.proposals(COUNTY, limit=9)
    assert (line.state, line.reason, line.decided_by_name) == ("refused", "与文件第三条不符", "冯远")


async def test_the_second_person_sees_each_value_beside_the_one_in_force(db: Database) -> None:
    seen = await look(COUNTY, await proposed(NEW_TIER, NEW_PENSION), HEAD)
    assert [(row.value, before) for row, before in zip(seen.rows, seen.before, strict=True)] == [("5000", None), ("8.5", "5.00")]
    assert len(seen.line.file_digest) == 64


@pytest.mark.rule("R-427")
async def test_a_parameter_ends_by_a_row(db: Database) -> None:
    await confirm(COUNTY, await proposed(("缴费档次", "", "200", "终止", DAY, DECIDED)), HEAD, AT)
    now = await snapshot(COUNTY)
    assert now.tier_of(20000, date(2026, 12, 31)) is not None
    assert now.tier_of(20000, DAY) is None


@pytest.mark.rule("R-428")
async def test_a_value_that_stands_is_never_edited(db: Database) -> None:
    first, second = await proposed(NEW_TIER), await proposed(NEW_TIER)
    await confirm(COUNTY, first, HEAD, AT)
    with pytest.raises(Refused, match="不能改"):
        await confirm(COUNTY, second, HEAD, AT)
    (line,) = (line for line in await reference_query.proposals(COUNTY, limit=9) if line.id == second)
    assert line.state == "proposed", "the refused confirmation left nothing behind"
    with pytest.raises(Refused, match=r"第2行.*不能改"):
        await proposed(NEW_TIER)


def rule_rows(personal: str = "100", paid: str = "100", day: date = DAY) -> list[tuple[object, ...]]:
    """低保对象（一级） of a rural household at the tier of 200 yuan."""
    amounts = {"个人缴费": personal, "省级财政补贴": "30", "市级财政补贴": "0", "县级财政补贴": "0", "政府代缴": paid}
    return [("征缴规则", "", "200", value, day, DECIDED, "低保对象（一级）", "20", item) for item, value in amounts.items()]


async def proposed_rules(*rows: object) -> int:
    return await propose(COUNTY, xlsx((*COLUMNS, *RULE_COLUMNS), *rows), "规则.xlsx", DOCUMENT, LIN, AT)  # type: ignore[arg-type]


@pytest.mark.rule("R-123", "R-132", "R-426")
async def test_the_rule_of_an_identity_takes_effect_whole(db: Database) -> None:
    await confirm(COUNTY, await proposed_rules(*rule_rows()), HEAD, AT)
    now = await snapshot(COUNTY)
    rule = now.rule("061", "20", "200", DAY)
    assert rule is not None
    assert (rule.personal, rule.government_paid, rule.credited) == (10000, 10000, 23000)
    assert now.rule("061", "10", "200", DAY) is None
    assert now.rule("061", "20", "200", date(2026, 12, 31)) is None


@pytest.mark.rule("R-123")
@pytest.mark.parametrize("rows, said", [
    (rule_rows(paid="99.99"), "不等于档次金额200.00元"),
    (rule_rows()[:4], "征缴规则 061/20/200/government_paid"),
    ([*rule_rows(), ("缴费档次", "", "200", "210", date(2028, 1, 1), DECIDED)], "不等于档次金额210.00元"),
    ([("征缴规则", "", "200", "0", DAY, DECIDED, "普通参保人员", "20", "个人缴费")], "写在“缴费档次”"),
    ([("征缴规则", "", "", "0", DAY, DECIDED, "061", "20", "个人缴费")], "要写档次"),
    ([("征缴规则", "", "200", "0", DAY, DECIDED, "低保", "20", "个人缴费")], "没有“低保”这个身份类别"),
    ([("征缴规则", "", "200", "0", DAY, DECIDED, "061", "", "个人缴费")], "要写户口性质"),
    ([("缴费档次", "", "210", "210", DAY, DECIDED, "061", "", "")], "只有“征缴规则”才写"),
])  # fmt: skip
async def test_a_rule_that_is_not_whole_is_refused(db: Database, rows: list[object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        await proposed_rules(*rows)


@pytest.mark.rule("R-123")
async def test_a_tier_cannot_change_under_the_rules_that_stand(db: Database) -> None:
    await confirm(COUNTY, await proposed_rules(*rule_rows()), HEAD, AT)
    with pytest.raises(Refused, match="不等于档次金额210"):
        await proposed(("缴费档次", "", "200", "210", date(2026, 6, 1), DECIDED))
    renewed = rule_rows(personal="110", day=date(2028, 1, 1))
    await proposed_rules(("缴费档次", "", "200", "210", date(2028, 1, 1), DECIDED), *renewed)


@pytest.mark.parametrize("row, said", [
    (("档次", "", "5000", "5000", DAY, DECIDED), "没有“档次”这一类"),
    (("缴费档次", "省级", "5000", "5000", DAY, DECIDED), "不用写负担层级"),
    (("缴费档次", "", "", "5000", DAY, DECIDED), "要写档次"),
    (("缴费补贴", "", "5000", "150", DAY, DECIDED), "要写负担层级"),
    (("缴费补贴", "镇级", "5000", "150", DAY, DECIDED), "负担层级可以写"),
    (("基础养老金", "县级", "5000", "150", DAY, DECIDED), "不用写档次"),
    (("缴费档次", "", "5000", "", DAY, DECIDED), "没有数值"),
    (("缴费档次", "", "5000", "五千", DAY, DECIDED), "数值不对"),
    (("缴费档次", "", "5000", "-1", DAY, DECIDED), "数值不对"),
    (("缴费档次", "", "5000", "0.005", DAY, DECIDED), "数值不对"),
    (("记账利率", "", "", "2.75", DAY, DECIDED), "数值不对"),
    (("缴费档次", "", "5000", "5000", "2027年", DECIDED), "不是日期"),
    (("缴费档次", "", "5000", "5000", "2009-08-31", DECIDED), "还没有这项制度"),
    (("缴费档次", "", "5000", "5000", DAY, "2026-11-21"), "不能晚于今天"),
])  # fmt: skip
async def test_a_bad_line_is_told_with_its_reason(db: Database, row: tuple[object, ...], said: str) -> None:
    (problem,) = await refusal(NEW_RATE, row)
    assert said in problem.message
    assert problem.field == "3"


async def test_the_same_parameter_twice_in_one_sheet_is_told(db: Database) -> None:
    (problem,) = await refusal(NEW_TIER, NEW_RATE, NEW_TIER)
    assert problem.message == "第4行：和第2行是同一项参数、同一天生效。"


async def test_a_formula_and_a_wrong_header_are_told(db: Database) -> None:
    assert (await refusal(("缴费档次", "", "5000", "=B2*2", DAY, DECIDED)))[0].code == "formula"
    with pytest.raises(Refused, match="负担层级"):
        await propose(COUNTY, csv(("档次", "金额"), ("200", "200")), "x.csv", DOCUMENT, LIN, AT)


async def test_without_a_document_or_a_reason_nothing_happens(db: Database) -> None:
    with pytest.raises(Refused, match="依据"):
        await propose(COUNTY, xlsx(COLUMNS, NEW_TIER), "x.xlsx", " ", LIN, AT)
    with pytest.raises(Refused, match="原因"):
        await refuse(COUNTY, await proposed(NEW_TIER), " ", HEAD, AT)


async def test_posts_and_counties_are_checked(db: Database) -> None:
    with pytest.raises(Refused, match="没有这个岗位"):
        await proposed(NEW_TIER, by=make.SUN_LI)
    proposal_id = await proposed(NEW_TIER)
    with pytest.raises(Refused, match="没有这个岗位"):
        await confirm(COUNTY, proposal_id, make.SUN_LI, AT)
    with pytest.raises(NotFound):
        await confirm(COUNTY, proposal_id + 1, HEAD, AT)
    with pytest.raises(NotFound):
        await confirm(430121, proposal_id, HEAD, AT)


@pytest.mark.rule("R-020")
async def test_both_acts_stand_in_the_audit_log(db: Database) -> None:
    await confirm(COUNTY, await proposed(NEW_TIER), HEAD, AT)
    rows = await engine.fetch("select actor_name, action from audit_entry order by id")
    assert [tuple(row) for row in rows] == [("林静", "parameters.proposed"), ("冯远", "parameters.confirmed")]
