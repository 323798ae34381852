"""追缴 at the desk: the board, one case from registration to the end, its papers, and what each post may do."""

import io
import zipfile

import pytest

from domain.actor import Post
from domain.agency import recovery_money
from tests.backoffice.office import Desk, Office
from tests.leaving import family
from tests.make import COUNTY
from tests.payments import month as way
from tests.portal.town import photo
from tests.recovery import debts
from tests.recovery.debts import AT


@pytest.fixture
async def at_work(office: Office) -> Office:
    office.now = AT
    return office


async def pdf(desk: Desk, url: str) -> bytes:
    answer = await desk.client.get(url)
    assert answer.status_code == 200
    return answer.content


@pytest.mark.rule("R-347", "R-349", "R-354", "R-360", "R-361")
async def test_a_debt_from_the_desk_to_the_head(at_work: Office) -> None:
    await family.pensioner()
    first, second, head = [
        await at_work.hire(name, post)
        for name, post in (("秦岚", Post.COUNTY_AUDITOR), ("陆平", Post.COUNTY_AUDITOR), ("冯远", Post.COUNTY_HEAD))
    ]
    async with at_work.at_desk(first) as desk:
        about = {
            "id_number": way.pensioner(1).id_number,
            "cause": "dual",
            "facts": "在外地也领养老金，三个月",
            "step": "register",
        }
        assert "请分项填写" in (await desk.post("/recovery", 422, **about)).text
        url = await desk.post("/recovery", **about, basic_central="429.00", interest="1.50")
        assert "核实以前不向任何人要钱" in (await desk.get(url)).text
    async with at_work.at_desk(second) as desk:
        await desk.post(f"{url}/verify", answer="yes", note="和对方经办机构核对无误")
        await desk.post(f"{url}/notice", deadline_on="2027-03-31")
        assert (
            "执法记录仪"
            in (
                await desk.post(
                    f"{url}/serve",
                    422,
                    notice_id="1",
                    served_on="2027-03-01",
                    second_id=f"{first}",
                    receiver="本人签字",
                )
            ).text
        )
        await desk.post(
            f"{url}/serve",
            notice_id="1",
            served_on="2027-03-01",
            second_id=f"{first}",
            receiver="本人签字",
            recording="0301-07",
        )
        await desk.post(f"{url}/files", file_kind="receipt", files={"file": ("回执.jpg", photo(), "image/jpeg")})
        paid = {"amount": "100.00", "payer": "老人乙", "way": "bank", "slip_no": "S9", "paid_on": "2027-03-01"}
        assert "最多登记430.50元" in (await desk.post(f"{url}/pay", 422, **paid | {"amount": "430.51"})).text
        await desk.post(f"{url}/pay", **paid)
    async with at_work.at_desk(first) as desk:
        page = await desk.get(url)
        (number,) = {i.attrs["value"] for i in page.all("input") if i.attrs.get("name") == "document_id"}
        await desk.post(f"{url}/review", document_id=number)
        await debts.received(int(number), 10000)
        await recovery_money.follow(COUNTY, AT)
        assert "已入账" in (await desk.get(url)).text
        for paper in ("notices/1", f"payments/{number}"):
            assert (await pdf(desk, f"{url}/{paper}"))[:4] == b"%PDF"
        await desk.get(f"{url}/notices/9", 404)
        with zipfile.ZipFile(io.BytesIO(await pdf(desk, f"{url}/file.zip"))) as packed:
            names = packed.namelist()
        assert [name[3:8] for name in names] == ["移送材料清", "社会保险待", "稽核退款登", "送达回执-"]
        await desk.post(f"{url}/ask", decision="write_off", reason="债务人没有财产，法院终结执行")
        board = (await desk.get("/recovery")).text
        assert "330.50" in board
        assert "等负责人" in board
        assert "没有这个岗位" in (await desk.post(f"{url}/decide", 422, answer="yes")).text
    async with at_work.at_desk(head) as desk:
        await desk.post(f"{url}/decide", answer="yes")
        assert "已核销" in (await desk.get("/recovery?view=written_off")).text
    assert await debts.standing(int(url.rsplit("/", 1)[1])) == ("written_off", 10000, 33050, 0)
    await debts.agrees()


@pytest.mark.rule("R-360", "R-362")
async def test_the_board_shows_what_is_overdue_and_who_was_negligent(at_work: Office) -> None:
    case = await debts.noticed(await debts.of_the_dead())
    at_work.now = AT.replace(month=4, day=1)
    async with at_work.at_desk(await at_work.hire("陆平", Post.COUNTY_AUDITOR)) as desk:
        assert "已过期" in (await desk.get("/recovery?view=overdue")).text
        await desk.post(f"/recovery/{case}/neglect", region_code="43990101", finding="三个月没有上报去世的人")
        assert "柳湾镇" in (await desk.get("/recovery/neglect")).text
        await desk.post(f"/recovery/{case}/agree", count="6", first_on="2027-04-20")
        assert (await pdf(desk, f"/recovery/{case}/agreements/1"))[:4] == b"%PDF"
        await desk.get(f"/recovery/{case + 1}", 404)
        for view in ("open", "closed", "withdrawn"):
            await desk.get(f"/recovery?view={view}")


async def test_the_township_sees_no_debts_and_finance_only_looks(at_work: Office) -> None:
    case = await debts.noticed(await debts.of_the_living())
    async with at_work.at_desk(await at_work.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.get("/recovery", 403)
    async with at_work.at_desk(await at_work.hire("卫东", Post.CASHIER)) as desk:
        assert not [f for f in (await desk.get(f"/recovery/{case}")).all("form") if "/recovery/" in f.attrs["action"]]
        await desk.post(f"/recovery/{case}/pay", 403, amount="1")
