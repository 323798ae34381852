"""The account of a person as the counter explains it, and the statements of a village as it hands them out."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from python_calamine import load_workbook

from db import engine
from db.crypto import seal
from db.stores.ledger import Entry
from domain import statements
from domain.actor import Post
from domain.ledger import Kind
from domain.runs import annual_statements, run
from ops import statement_prints
from tests import make
from tests.backoffice.office import Desk, Office
from tests.contributions.ways import CHECKER
from tests.make import COUNTY, FRIDAY, WANG_DASHAN
from tests.portal.test_account import three_years
from tests.runs.conftest import APPROVER, AT, MAKER, many_accounts, posted, settle, work

VILLAGE = "4399010101"


def words(data: bytes) -> str:
    """Of a PDF, without blanks and line ends."""
    document = pypdfium2.PdfDocument(data)
    return "".join("".join(each.get_textpage().get_text_range().split()) for each in document)


async def audited() -> list[tuple[str, str, str]]:
    """(who, what, why or which), the oldest first."""
    rows = await engine.fetch("select actor_name, action, reason, detail from audit_entry order by id")
    return [(row["actor_name"], row["action"], row["reason"] or row["detail"]) for row in rows]


# ------------------------------------------------------------------ one person


@pytest.mark.rule("R-197", "R-021")
async def test_staff_see_what_the_resident_sees_and_every_look_is_written_down(clerk: Desk) -> None:
    await three_years()
    person_id = await engine.fetchval("select id from person")
    found = await clerk.post("/search", 200, by="name", words="王大山")
    assert f"/people/{person_id}/account" in [a.attrs["href"] for a in found.all("a")]
    file = await clerk.get(f"/people/{person_id}")
    assert f"/people/{person_id}/account" in [a.attrs["href"] for a in file.all("a")]
    shown = await clerk.get(f"/people/{person_id}/account")
    for said in (
        "1,823.79",
        "1,800.00",
        "23.79",
        "利息算到2025年年底",
        "2024年",
        "306.75",
        "个人缴费",
        "对账单（PDF）",
    ):
        assert said in shown.text, said
    assert WANG_DASHAN.id_number not in shown.text
    year = await clerk.get(f"/people/{person_id}/account/2025")
    for said in ("从2025年4月开始计息，这一年计9个月", "2.5%", "7.67", "9.38", "17.04"):
        assert said in year.text, said
    for wrong in (2019, 2027, 999999):
        await clerk.get(f"/people/{person_id}/account/{wrong}", 404)
    looks = [why for who, what, why in await audited() if (who, what) == ("赵敏", "person.opened")]
    assert looks == ["查询", "查看个人账户", "查看个人账户2025年", "查看个人账户2019年"]


@pytest.mark.rule("R-021")
async def test_another_township_and_who_has_no_business_with_residents_see_nothing(office: Office, clerk: Desk) -> None:
    await three_years()
    person_id = await engine.fetchval("select id from person")
    pages = ("", "/2025", "/statement/2025.pdf", "/statement/all.pdf", "/certificate.pdf")
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as other:
        for path in pages:
            await other.get(f"/people/{person_id}/account{path}", 404)
    async with office.at_desk(await office.hire("会计", Post.ACCOUNTANT)) as accountant:
        for path in pages:
            await accountant.get(f"/people/{person_id}/account{path}", 403)
    await clerk.get("/people/99/account", 404)
    assert await engine.fetchval("select count(*) from account_statement") == 0


@pytest.mark.rule("R-103", "R-201")
async def test_statement_and_certificate_are_printed_at_the_counter_and_listed_there(clerk: Desk) -> None:
    await three_years()
    person_id = await engine.fetchval("select id from person")
    base = f"/people/{person_id}/account"
    assert "没有。" in (await clerk.get(base)).text
    statement = await clerk.client.get(f"{base}/statement/2025.pdf")
    for said in ("823.79", "DZ-439901-2026-", "https://portal.test/papers/439901-"):
        assert said in words(statement.content), said
    assert WANG_DASHAN.id_number not in words(statement.content)
    certificate = words((await clerk.client.get(f"{base}/certificate.pdf")).content)
    for said in ("每年300元", "每年500元", "每年1,000元", "赵敏", "JF-439901-2026-"):
        assert said in certificate, said
    for wrong in ("2019.pdf", "2027.pdf", "x.pdf", "2025x"):
        await clerk.get(f"{base}/statement/{wrong}", 404)
    shown = await clerk.get(base)
    assert "对账单 2025年，823.79元" in shown.text
    assert "缴费证明，1,800.00元" in shown.text
    assert ("赵敏", "statement.issued") in [(who, what) for who, what, _ in await audited()]


async def test_who_never_paid_has_an_empty_account_and_nothing_to_print(clerk: Desk) -> None:
    person_id = await make.participant()
    shown = await clerk.get(f"/people/{person_id}/account")
    assert "没有可以打印的" in shown.text
    await clerk.get(f"/people/{person_id}/account/statement/all.pdf", 404)
    await clerk.get(f"/people/{person_id}/account/certificate.pdf", 404)


# ------------------------------------------------------------------ a village


async def told_people(count: int, phones: int) -> list[int]:
    """Spread over four villages of two townships, 1,000.00 each, 2025 settled and announced."""
    accounts = await many_accounts(count)
    await engine.execute("update person set id_number_sealed = $1", seal(WANG_DASHAN.id_number, "person.id_number"))
    await engine.execute(
        "update person set phone_sealed = $1 where id <= $2", seal("13800000009", "person.phone"), phones
    )
    await posted(
        [
            Entry(account_id=a, kind=Kind.CONTRIBUTION, value_on=date(2025, 1, 5), amounts={"personal": 100_000})
            for a in accounts
        ]
    )
    await settle(2025)
    run_id = await run.prepare(annual_statements.KIND, COUNTY, "2025", MAKER, AT)
    await work()
    await run.review(annual_statements.KIND, COUNTY, run_id, CHECKER, AT)
    await run.approve(annual_statements.KIND, COUNTY, run_id, APPROVER, AT)
    await work()
    return accounts


def links(page: Any) -> list[str]:
    return [a.attrs["href"] for a in page.all("a")]


@pytest.mark.rule("R-196")
async def test_a_village_gets_its_list_to_sign_and_its_pack_part_by_part(
    office: Office, clerk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_people(16, phones=4)
    monkeypatch.setattr(statements, "PER_FILE", 2)
    monkeypatch.setenv("PENSION_FILES", str(office.storage._root))
    shown = await clerk.get("/statements/2025")
    assert [url for url in links(shown) if url.startswith("/statements/2025/")] == [
        f"/statements/2025/{VILLAGE}", "/statements/2025/4399010102"
    ]  # fmt: skip
    base = f"/statements/2025/{VILLAGE}"
    assert "4人" in (await clerk.get(base)).text
    sheet = (
        load_workbook(BytesIO((await clerk.client.get(f"{base}/list.xlsx")).content)).get_sheet_by_index(0).to_python()
    )
    assert sheet[0] == list(statements.COLUMNS)
    assert len(sheet) == 5
    assert {row[3] for row in sheet[1:]} == {"1,022.92"}  # 1,000.00 × 2.5 % × 11/12
    assert [row[4] for row in sheet[1:]].count("消息；打印送到") == 3
    listed = words((await clerk.client.get(f"{base}/list.pdf")).content)
    assert "送达名册" in listed
    assert WANG_DASHAN.id_number not in listed

    await clerk.post(f"{base}/pack", who="without_phone")
    assert "还没有印完" in (await clerk.post(f"{base}/pack", 422, who="all")).text
    waiting = await clerk.client.get(f"{base}/progress")
    assert "已印好0个" in waiting.text
    assert "every 2s" in waiting.text
    await clerk.get(f"{base}/files/1", 404)
    await statement_prints.print_waiting(COUNTY, FRIDAY)
    done = await clerk.get(base)
    assert "2个文件，已印好2个" in done.text
    assert "印好了" in (await clerk.get("/statements/2025")).text
    texts = [words((await clerk.client.get(f"{base}/files/{number}")).content) for number in (1, 2)]
    assert [text.count("个人账户对账单编号") for text in texts] == [2, 1]
    assert texts[0].count("DZ-439901-2026-") == 2
    await clerk.get(f"{base}/files/3", 404)
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as other:
        await other.get(f"{base}/files/1", 404)
    assert await engine.fetchval("select count(*) from account_statement where total_fen = 102292") == 3
    assert {("赵敏", "statement.list"), ("赵敏", "statement.pack"), ("赵敏", "statement.file")} <= {
        (w, a) for w, a, _ in await audited()
    }


async def test_a_worker_that_dies_at_a_file_leaves_it_waiting_and_numbers_stay(
    office: Office, clerk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_people(4, phones=0)
    monkeypatch.setenv("PENSION_FILES", str(office.storage._root))
    await clerk.post(f"/statements/2025/{VILLAGE}/pack", who="all")
    keep = statements.keep_printed

    async def dies(*_: Any) -> None:
        raise RuntimeError("the power failed")

    monkeypatch.setattr(statements, "keep_printed", dies)
    with pytest.raises(RuntimeError):
        await statement_prints.print_waiting(COUNTY, FRIDAY)
    monkeypatch.setattr(statements, "keep_printed", keep)
    await statement_prints.print_waiting(COUNTY, FRIDAY + timedelta(minutes=5))
    assert await engine.fetchval("select count(*) from account_statement") == 1
    assert await engine.fetchval("select count(*) from statement_print where storage_key is null") == 0


@pytest.mark.rule("R-021")
async def test_a_township_gets_its_own_villages_only(office: Office, clerk: Desk) -> None:
    await clerk.get("/statements")
    assert "还没有发过对账单" in (await clerk.get("/statements")).text
    await told_people(8, phones=8)
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as other:
        assert VILLAGE not in str(links(await other.get("/statements/2025")))
        for path in ("", "/progress", "/list.xlsx", "/list.pdf", "/files/1"):
            await other.get(f"/statements/2025/{VILLAGE}{path}", 404)
        await other.post(f"/statements/2025/{VILLAGE}/pack", 404, who="all")
    await clerk.get("/statements/2024", 404)
    await clerk.get("/statements/2024/4399010101", 404)
    await clerk.get("/statements/2025/43990101", 404)
    assert "没有要打印的人" in (await clerk.post(f"/statements/2025/{VILLAGE}/pack", 422, who="without_phone")).text
    assert (await clerk.client.get("/statements")).headers["location"] == "/statements/2025"
