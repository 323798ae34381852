"""A payment month as its people see it, from the draft to the closed book."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from io import BytesIO

import pytest
from python_calamine import load_workbook

from db import engine
from domain.actor import Post
from tests.backoffice.office import Desk, Office
from tests.make import OTHER_GROUP, at
from tests.payments import month as way

DAY = at(date(2026, 12, 10))


class Staff:
    """Who works on a month; each is hired once."""

    def __init__(self, office: Office) -> None:
        self.office, self.known = office, dict[Post, int]()
        office.now = DAY

    @asynccontextmanager
    async def of(self, post: Post) -> AsyncIterator[Desk]:
        if post not in self.known:
            self.known[post] = await self.office.hire(f"{post.value}", post)
        async with self.office.at_desk(self.known[post]) as desk:
            yield desk

    async def drafted(self) -> tuple[str, str]:
        """(run, plan): their addresses, after the dry run."""
        async with self.of(Post.COUNTY_BENEFIT) as desk:
            run = await desk.post("/runs", kind="payment_month", period="202612")
        await way.work(DAY)
        return run, f"/payments/{await engine.fetchval('select id from payment_plan')}"

    async def approved(self, run: str) -> None:
        for post, step in ((Post.FINANCE_SUPERVISOR, "review"), (Post.COUNTY_HEAD, "approve")):
            async with self.of(post) as desk:
                await desk.post(f"{run}/{step}")
        await way.work(DAY)


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


@pytest.mark.rule("R-246", "R-262")
async def test_the_list_is_worked_with_ticks_and_notes(staff: Staff) -> None:
    good, bad = await way.draws(1), await way.draws(2)
    async with staff.of(Post.COUNTY_BENEFIT) as desk:
        assert "还没有编过" in (await desk.get("/payments")).text
    run, plan = await staff.drafted()
    async with staff.of(Post.COUNTY_BENEFIT) as desk:
        assert "第一次发放" in (await desk.get(plan)).text
        shown = await desk.get(f"{plan}/list")
        assert len([i for i in shown.all("input") if i.attrs.get("name") == "people"]) == 2
        assert "请先勾选" in (await desk.post(f"{plan}/list", 422, decision="accepted")).text
        assert "写明原因" in (await desk.post(f"{plan}/list", 422, decision="rejected", people=f"{bad}")).text
        await desk.post(f"{plan}/list", decision="rejected", people=f"{bad}", note="还在核实")
        await desk.post(f"{plan}/list", decision="accepted", people=f"{good}")
        assert "没有要核对的人" in (await desk.get(f"{plan}/list")).text
        assert "还在核实" in (await desk.get(f"{plan}/list?all=1&finding=first_payment")).text
        assert "没有要核对的人" in (await desk.get(f"{plan}/list?all=1&finding=death_match")).text
    async with staff.of(Post.CASHIER) as desk:
        await desk.post(f"{plan}/list", 403, decision="accepted", people=f"{bad}")
    await staff.approved(run)
    async with staff.of(Post.COUNTY_BENEFIT) as desk:
        page = await desk.get(plan)
        assert "发放前核对没有通过" in page.text
        assert not [b for b in page.all("button") if "申请" in b.text]
        assert not [i for i in (await desk.get(f"{plan}/list?all=1")).all("input") if i.attrs.get("name") == "people"]


@pytest.mark.rule("R-242", "R-243", "R-251", "R-252", "R-260", "R-267")
async def test_money_files_results_and_the_end_each_by_its_post(staff: Staff) -> None:
    one, failing = await way.draws(1, held=100_000), await way.draws(2, region=OTHER_GROUP, held=100_000)
    run, plan = await staff.drafted()
    async with staff.of(Post.COUNTY_BENEFIT) as desk:
        await desk.post(f"{plan}/list", decision="accepted", people=f"{one}")
        await desk.post(f"{plan}/list", decision="accepted", people=f"{failing}")
    await staff.approved(run)
    async with staff.of(Post.ACCOUNTANT) as desk:
        page = await desk.get(plan)
        assert "柳湾镇" in page.text
        assert "418.46" in page.text
        sheet = load_workbook(BytesIO((await desk.client.get(f"{plan}/sheet.xlsx")).content))
        rows = sheet.get_sheet_by_name("待遇支付审批表").to_python()
        assert rows[-1] == ["合计", "2", "286.00", "0.00", "0.00", "0.00", "132.46", "418.46", "418.46"]
        await desk.post(f"{plan}/request", on="2026-12-10")
        assert "先从财政专户划入" in (await desk.post(f"{plan}/fund", 422, on="2026-12-10")).text
        await way.money(41846, DAY)
        await desk.post(f"{plan}/fund", on="2026-12-10")
        await desk.post(f"{plan}/nothing", 404)
    async with staff.of(Post.CASHIER) as desk:
        assert "银行单据号" in (await desk.post(f"{plan}/transfer", 422, on="2026-12-10", slip_no="")).text
        await desk.post(f"{plan}/transfer", on="2026-12-10", slip_no="T1")
        await desk.post(f"{plan}/write")
        (file_id,) = await way.open_files()
        assert f"/payments/files/{file_id}" in [a.attrs["href"] for a in (await desk.get(plan)).all("a")]
        sent = await desk.client.get(f"/payments/files/{file_id}")
        assert len(sent.content.split(b"\r\n")) == 3
        success, failure, _ = way.answer(await way.lines_of(file_id), {failing: "账户已冻结"})
        files = {"success": ("S.TXT", success), "failure": ("F.TXT", failure)}
        back = f"{plan}/files/{file_id}"
        assert "对不上" in (await desk.post(back, 422, files=files, total="1", paid_on="2026-12-10")).text
        await desk.post(back, files=files, total="209.23", paid_on="2026-12-10")
        assert "账户已冻结" in (await desk.get(plan)).text
        await desk.post(f"{plan}/people/{failing}/again", 403)
    async with staff.of(Post.COUNTY_BENEFIT) as desk:
        await desk.client.get(f"/payments/files/{file_id}")
        assert (await desk.client.get(f"/payments/files/{file_id}")).status_code == 403
        assert "不再重发" in (await desk.post(f"{plan}/people/{failing}/void", 422, reason="")).text
        await desk.post(f"{plan}/people/{failing}/again")
        await desk.post(f"{plan}/people/{failing}/nothing", 404)
    async with staff.of(Post.CASHIER) as desk:
        await desk.post(f"{plan}/write")
    (file_id,) = await way.open_files()
    await way.returned(file_id, at=DAY)
    async with staff.of(Post.FINANCE_SUPERVISOR) as desk:
        await desk.post(f"{plan}/book")
        await desk.post(f"{plan}/close")
        assert "已结束" in (await desk.get(plan)).text
        assert "2026年12月" in (await desk.get("/payments")).text
        assert "前一步" in (await desk.post(f"{plan}/book", 422)).text


async def test_only_who_pays_or_answers_for_it_sees_the_months(office: Office, clerk: Desk) -> None:
    await clerk.get("/payments", 403)
    await clerk.get("/payments/1/list", 403)
    async with office.at_desk(await office.hire("稽核", Post.COUNTY_AUDITOR)) as desk:
        await desk.get("/payments")
        await desk.get("/payments/1", 404)
