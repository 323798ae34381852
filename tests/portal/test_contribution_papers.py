"""Certificate and payment slip: what stands in them, who may fetch them, and that anybody can check them."""

from datetime import date

import pypdfium2
import pytest
from httpx import Response

from db import engine
from domain.contribution_papers import TITLES, PaperKind
from tests import make
from tests.contributions.ways import booked, paid, taken
from tests.make import CHEN_CHUNSHENG, LI_XIUYING, OTHER_GROUP, VILLAGE, WANG_DASHAN
from tests.portal.test_contribution_page import links
from tests.portal.town import Town


def words(answer: Response) -> str:
    """Of a PDF, without blanks and line ends."""
    assert answer.status_code == 200
    document = pypdfium2.PdfDocument(answer.content)
    return "".join("".join(each.get_textpage().get_text_range().split()) for each in document)


async def check_url() -> str:
    return f"/papers/{await engine.fetchval('select verify_token from account_statement order by id desc limit 1')}"


@pytest.mark.rule("R-101", "R-103", "R-201")
async def test_the_certificate_holds_the_years_asked_for_and_anybody_can_check_it(town: Town) -> None:
    await make.participant()
    for year, fen in ((2023, 20000), (2024, 30000), (2025, 50000)):
        await booked(paid(fen, year=year, on=date(year, 3, 10), external_no=f"T{year}"))
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/contribution")
        assert "下载缴费证明" in visitor.words
        text = words(await visitor.fetch("/contribution/certificate.pdf?first=2024&last=2025"))
        assert "每年300元" in text
        assert "每年500元" in text
        assert "每年200元" not in text
        assert "JF-439901-2026-0000000" in text
        assert WANG_DASHAN.id_number in text
    async with town.visitor() as anybody:
        shown = (await anybody.get(await check_url())).text
        assert "JF-439901-2026-0000000" in shown
        assert "800.00元" in shown
        assert "王大山" not in shown
        assert WANG_DASHAN.id_number not in shown
        await anybody.get("/papers/439901-x", 404)
        await anybody.get("/papers/x", 404)
    logged = await engine.fetch("select actor_name, detail from audit_entry where action = 'certificate.issued'")
    assert [entry["actor_name"] for entry in logged] == ["王大山"]


@pytest.mark.rule("R-103", "R-201")
async def test_that_somebody_participates_is_certified_also_before_anything_was_paid(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/contribution")
        assert "下载参保证明" in visitor.words
        text = words(await visitor.fetch("/contribution/participation.pdf"))
        assert "参保证明" in text
        assert "CB-439901-2026-0000000" in text
        assert "普通参保人员" in text
    async with town.visitor() as anybody:
        shown = (await anybody.get(await check_url())).text
        assert "参保证明" in shown
        assert "金额" not in shown
    async with town.login(LI_XIUYING) as stranger:
        assert (await stranger.fetch("/contribution/participation.pdf")).status_code == 404


def test_every_paper_that_is_handed_out_has_its_name() -> None:
    assert {kind.value for kind in PaperKind} < set(TITLES)


@pytest.mark.rule("R-105")
async def test_the_slip_of_a_year_lists_its_payments_arrived_or_not(town: Town) -> None:
    await make.participant()
    await booked(paid(20000, external_no="T1"))
    await taken(paid(10000, external_no="T2"))
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/contribution")
        text = words(await visitor.fetch("/contribution/slips/2026"))
        assert "叁佰元整" in text
        assert "T1" in text
        assert "还没有到账" in text
        assert WANG_DASHAN.id_number not in text
        assert "/contribution/slips/2025" not in links(visitor.page)
        assert (await visitor.fetch("/contribution/slips/2025")).status_code == 404


async def test_nothing_paid_gives_no_paper(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        assert "下载缴费证明" not in (await visitor.get("/contribution")).text
        assert (await visitor.fetch("/contribution/certificate.pdf")).status_code == 404
    async with town.login(LI_XIUYING) as visitor:
        assert (await visitor.fetch("/contribution/certificate.pdf")).status_code == 404
        assert (await visitor.fetch("/contribution/slips/2026")).status_code == 404


async def test_an_assistant_prints_for_the_own_village_and_it_is_written_down(town: Town) -> None:
    person_id = await make.participant()
    await booked(paid(20000, external_no="T1"))
    await town.appoint()
    base = f"/village/{VILLAGE}/people/{person_id}/contribution"
    async with town.login(CHEN_CHUNSHENG) as visitor:
        shown = await visitor.get(base)
        assert f"{base}/slips/2026" in links(shown)
        assert "王大山" in words(await visitor.fetch(f"{base}/slips/2026"))
        assert "王大山" in words(await visitor.fetch(f"{base}/certificate.pdf"))
        await engine.execute("update person set region_code = $1", OTHER_GROUP)
        assert (await visitor.fetch(f"{base}/slips/2026")).status_code == 404
        assert (await visitor.fetch(f"{base}/certificate.pdf")).status_code == 404
    logged = await engine.fetch("select actor_name, action from audit_entry where action like '%.issued' order by id")
    assert [(e["actor_name"], e["action"]) for e in logged] == [
        ("陈春生", "payment_slip.issued"), ("陈春生", "certificate.issued")
    ]  # fmt: skip
