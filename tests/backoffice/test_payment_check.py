"""支付核对: files beside results, and who is owed a month beside who was paid it."""

from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import load_workbook

from backoffice import payment_check as pages
from db import engine
from db.queries import payment_check as query
from domain.actor import Post
from tests.backoffice.office import Office
from tests.make import COUNTY
from tests.payments import month as way

LATER = way.AT + timedelta(days=1)


async def side(plan_id: int, which: str) -> list[tuple[int, int, str]]:
    rows = await query.differences(COUNTY, plan_id, pages.STOPPING, which, limit=100)
    fen = sum(row.fen for row in rows)
    assert await query.totals(COUNTY, plan_id, pages.STOPPING, which) == (len(rows), fen)
    return [(row.person_id, row.fen, row.why) for row in rows]


@pytest.mark.rule("R-251")
async def test_each_file_says_what_was_sent_paid_refused_and_not_answered(office: Office) -> None:
    await way.draws(1)
    failing = await way.draws(2)
    await way.draws(3, bank="邮储银行")
    plan_id = await way.planned()
    files = await way.sent(plan_id)
    await way.returned(files[0], {failing: "账户已冻结"})
    found = await query.files(COUNTY, plan_id)
    said = {
        f.bank: (f.rows, f.fen, f.paid, f.paid_fen, f.failed, f.failed_fen, f.missing, f.missing_fen) for f in found
    }
    both = {(2, 41846, 1, 20923, 1, 20923, 0, 0), (1, 20923, 0, 0, 0, 0, 1, 20923)}
    assert set(said.values()) == both
    assert all(f.agrees for f in found)
    await engine.execute("update payment_transfer set net_fen = net_fen + 1 where person_id = $1", failing)
    assert [f.agrees for f in await query.files(COUNTY, plan_id)] == [False, True]
    async with office.at_desk(await office.hire("出纳", Post.CASHIER)) as desk:
        page = await desk.get(f"/payments/{plan_id}/check")
        assert "对不上" in page.text
        assert "等银行回盘" in page.text
        book = load_workbook(BytesIO((await desk.client.get(f"/payments/{plan_id}/check.xlsx")).content))
        assert len(book.get_sheet_by_name("银行文件").to_python()) == 3
        assert [row[3:] for row in book.get_sheet_by_name("应发没有发的").to_python()[1:]] == [
            ["银行没有发成", "账户已冻结"]
        ]


@pytest.mark.usefixtures("office")
async def test_who_is_owed_and_in_no_transfer_is_told_with_the_reason() -> None:
    await way.draws(1)
    homeless = await way.draws(2, bank=None)
    failing = await way.draws(3)
    stopped = await way.draws(4)
    await way.suspended(stopped, 202612)
    await way.draws(5, first=202701)
    plan_id = await way.planned()
    for file_id in await way.sent(plan_id):
        await way.returned(file_id, {failing: "账户已冻结"})
    assert await side(plan_id, "unpaid") == [(homeless, 20923, "left_out"), (failing, 20923, "failed")]
    assert await side(plan_id, "unowed") == []
    late, lost = await way.draws(6), await way.draws(7)
    await engine.execute("update benefit set confirmed_at = $2 where person_id = $1", late, LATER)
    await engine.execute("update benefit_suspension set state = 'lifted', last_month = 202612, pays_arrears = true")
    await engine.execute("update benefit set recheck_from = 202612 where person_id = $1", stopped)
    await engine.execute("update benefit set confirmed_at = $2 where person_id = $1", lost, way.AT - timedelta(days=1))
    assert [(person, why) for person, _, why in await side(plan_id, "unpaid")] == [
        (homeless, "left_out"), (failing, "failed"), (stopped, "changed_later"), (late, "confirmed_later"), (lost, "unexplained"),
    ]  # fmt: skip


@pytest.mark.usefixtures("office")
async def test_who_was_paid_and_is_not_owed_is_told_until_it_is_deducted() -> None:
    good, dead, suspended, jailed, last = [await way.draws(number) for number in range(1, 6)]
    plan_id = await way.paid()
    assert await side(plan_id, "unowed") == []
    ended = "update benefit set state = 'ended', ended_month = $2, recheck_from = 202612 where person_id = $1"
    await engine.execute(ended, dead, 202611)
    await engine.execute(ended, last, 202612)
    await way.suspended(suspended, 202612)
    await way.suspended(good, 202612, "proposed")
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, document, recorded_at, recorded_by,"
        " recorded_by_name) values ($1, $2, 'imprisoned', 202612, 'x', $3, 1, 'x')", COUNTY, jailed, way.AT,
    )  # fmt: skip
    assert await side(plan_id, "unowed") == [
        (dead, 20923, "ended"), (suspended, 20923, "stopped"), (jailed, 20923, "stopped"),
    ]  # fmt: skip
    assert await side(plan_id, "unpaid") == []
    await way.planned(202701, way.AT.replace(day=28))
    assert dead not in [person for person, _, _ in await side(plan_id, "unowed")]


async def test_the_differences_are_paged_and_a_draft_has_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 1)
    for number in (1, 2):
        await way.draws(number, bank=None)
    run_id, plan_id = await way.drafted()
    async with office.at_desk(await office.hire("会计", Post.ACCOUNTANT)) as desk:
        await desk.get(f"/payments/{plan_id}/check", 404)
        await way.accepted(plan_id)
        await way.approved(run_id)
        first = await desk.get(f"/payments/{plan_id}/check?side=unpaid")
        (link,) = [a.attrs["href"] for a in first.all("a") if "after=" in a.attrs.get("href", "")]
        assert "2人，418.46元" in first.text
        second = await desk.get(link)
        assert way.pensioner(2).name in second.text
        assert not [a for a in second.all("a") if "after=" in a.attrs.get("href", "")]
        assert "没有这样的人" in (await desk.get(f"/payments/{plan_id}/check?side=unowed")).text
