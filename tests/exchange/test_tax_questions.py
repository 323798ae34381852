"""What we determine and the tax bureau collects, late and conflicting files, and registrations that come back."""

from pathlib import Path

import pytest
from msgspec import structs

from db import engine
from domain import contributions
from domain.agency import exchange_board, special_contributions, tax_exchange
from domain.agency.special_contributions import Determination
from domain.errors import NotFound, Refused
from domain.exchange import tax
from domain.exchange.envelope import Acknowledgement, Answer, Header
from domain.exchange.tax import (
    DailyReconciliation,
    Item,
    PaymentDetail,
    RegistrationAck,
    SpecialContributionBooked,
    Verdict,
)
from ops import exchange
from sandbox.counterpart.faults import Fault
from sandbox.tax.bureau import Bureau
from tests import make
from tests.case.conftest import county  # noqa: F401 - a fixture
from tests.contributions.ways import AT, CASHIER, DAY, MAKER
from tests.exchange.test_tax_desk import ON, held, pays, rounds, states
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, WORKER

ASKED = Determination(
    name=WANG_DASHAN.name, id_number=WANG_DASHAN.id_number, year=2025, amount_fen=20000, reason="补缴2025年度"
)


async def determined(**more: object) -> str:
    return await special_contributions.determine(COUNTY, structs.replace(ASKED, **more), MAKER, AT)


def header(kind: str, sequence: int) -> Header:
    return Header(type=kind, sender="tax", county_code=COUNTY, sequence=sequence, business_on=DAY)


async def came(kind: str, sequence: int, *rows: object) -> Answer:
    data = tax.encode(header(kind, sequence), rows)  # type: ignore[arg-type]
    return (await tax_exchange.receive(COUNTY, data, f"{sequence}.txt", AT)).answer


async def kept(sequence: int) -> tuple[str, str]:
    row = await engine.fetchrow(
        "select state, reason from exchange_file where direction = 'in' and sequence = $1 and partner = 'tax'", sequence
    )
    assert row is not None
    return row["state"], row["reason"]


async def exceptions() -> list[str]:
    rows = await engine.fetch(
        "select reason from document_line where state = 'exception' order by document_id, line_no"
    )
    return [row["reason"] for row in rows]


def booked(number: str, **more: object) -> SpecialContributionBooked:
    row = SpecialContributionBooked(
        determination_no=number, voucher_no="3120261120000001", social_security_no=WANG_DASHAN.id_number, name=WANG_DASHAN.name,
        year=2025, item=Item.PERSONAL, amount_fen=20000, treasury_on=DAY,
    )  # fmt: skip
    return structs.replace(row, **more)


def detail(fen: int = 30000) -> PaymentDetail:
    return PaymentDetail(
        voucher_no="3120261120000009", social_security_no=WANG_DASHAN.id_number, name=WANG_DASHAN.name, year=2026,
        item=Item.PERSONAL, amount_fen=fen, treasury_on=DAY,
    )  # fmt: skip


@pytest.mark.rule("R-491", "R-492")
async def test_a_determination_goes_to_the_bureau_comes_back_paid_and_is_booked(db: object, folder: Path) -> None:
    await make.participant()
    number = await determined()
    assert number == "HD202611200001"
    (folder / "tax" / "in").mkdir(parents=True)
    await rounds()
    assert await states("out") == [("special_contribution_determination", "sent")]
    Bureau(folder, f"{COUNTY}", "1").look(ON)
    await rounds()
    assert await held() == 20000
    assert ("special_contribution_booked", "processed") in await states()
    assert await engine.fetchval("select state from exchange_message where reference = $1", number) == "acknowledged"
    assert await determined(year=2024) == "HD202611200002"


@pytest.mark.rule("R-492", "R-495")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"amount_fen": 20001}, "金额不一致"),
        ({"year": 2024}, "年度不一致"),
        ({"item": Item.GOVERNMENT_PAID}, "缴费项目不一致"),
        ({"name": "王大川"}, "姓名不一致"),
        ({"determination_no": "HD1"}, "不是我们发出的"),
    ],
)
async def test_feedback_that_differs_waits_for_a_clerk(
    db: object, folder: Path, more: dict[str, object], said: str
) -> None:
    await make.participant()
    number = await determined()
    assert await came("special_contribution_booked", 1, booked(number, **more)) is Answer.ACCEPTED
    (reason,) = await exceptions()
    assert said in reason
    await contributions.book_ready(COUNTY, WORKER, AT)
    assert await held() == 0


@pytest.mark.rule("R-094")
async def test_feedback_is_fulfilled_once(db: object, folder: Path) -> None:
    await make.participant()
    number = await determined()
    await came("special_contribution_booked", 1, booked(number))
    await came("special_contribution_booked", 2, booked(number, voucher_no="3120261120000002"))
    assert ["已经反馈过" in reason for reason in await exceptions()] == [True]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": "补"}, "no-reason"),
        ({"pay_by_on": DAY.replace(day=19)}, "past"),
        ({"amount_fen": 12345}, "no-tier"),
        ({"id_number": LI_XIUYING.id_number}, "unknown"),
        ({"name": "王大川"}, "other-name"),
        ({"year": 2027}, "year"),
    ],
)
async def test_what_nobody_could_pay_is_not_determined(
    db: object, folder: Path, more: dict[str, object], code: str
) -> None:
    await make.participant()
    with pytest.raises(Refused) as refused:
        await determined(**more)
    assert code in refused.value.problems[0].code
    assert await engine.fetchval("select count(*) from exchange_message where reference <> ''") == 0


async def test_only_the_collection_post_of_the_county_determines(db: object, folder: Path) -> None:
    await make.participant()
    with pytest.raises(Refused):
        await special_contributions.determine(COUNTY, ASKED, CASHIER, AT)
    with pytest.raises(NotFound):
        await special_contributions.determine(439902, ASKED, MAKER, AT)


# ---------------------------------------------------------------- late and conflicting


@pytest.mark.rule("R-088", "R-089")
async def test_a_late_file_settles_the_day_it_was_missing_in(db: object, folder: Path) -> None:
    await make.participant()
    day = DailyReconciliation(sequence=1, treasury_on=DAY, lines=1, amount_fen=30000)
    await came("daily_reconciliation", 2, day)
    assert await kept(2) == ("held", "第1号文件没有收到（1笔，300.00元）")
    await came("payment_detail", 1, detail())
    assert await kept(2) == ("processed", "第1号文件迟到，补齐以后对上了")


@pytest.mark.rule("R-089")
async def test_a_late_file_of_another_amount_leaves_the_day_held(db: object, folder: Path) -> None:
    await make.participant()
    await came("daily_reconciliation", 2, DailyReconciliation(sequence=1, treasury_on=DAY, lines=1, amount_fen=30001))
    await came("payment_detail", 1, detail())
    assert await kept(2) == ("held", "第1号文件对方1笔300.01元，收到1笔300.00元")


@pytest.mark.rule("R-089")
async def test_a_second_reconciliation_of_the_day_replaces_the_first(db: object, folder: Path) -> None:
    await make.participant()
    await came("payment_detail", 1, detail())
    await came("daily_reconciliation", 2, DailyReconciliation(sequence=1, treasury_on=DAY, lines=1, amount_fen=99))
    await came("daily_reconciliation", 3, DailyReconciliation(sequence=1, treasury_on=DAY, lines=1, amount_fen=30000))
    assert await kept(2) == ("processed", "已由第3号对账文件代替")
    assert await kept(3) == ("processed", "")


@pytest.mark.rule("R-495")
@pytest.mark.parametrize("fault", [Fault.HALF_FILE, Fault.WRONG_TOTAL, Fault.BAD_LINE, Fault.GBK_RARE, Fault.LATE_FILE, Fault.DUPLICATE, Fault.GAP])  # fmt: skip
async def test_whatever_happens_on_the_way_the_day_is_booked_once_in_the_end(
    db: object, folder: Path, fault: Fault
) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"), fault=fault)
    for _ in range(3):
        await rounds()
        bureau.look(ON)
    await rounds()
    assert await held() == 30000
    assert "held" not in {state for _, state in await states()}


@pytest.mark.rule("R-491")
async def test_a_registration_that_comes_back_is_held_with_its_reason(db: object, folder: Path) -> None:
    row = RegistrationAck(sequence=7, line=2, participant_no="439901-1", verdict=Verdict.REFUSED, reason="姓名有误")
    agreed = structs.replace(row, line=3, verdict=Verdict.AGREED, reason="")
    await came("registration_ack", 1, row, agreed)
    assert await kept(1) == ("held", "第7号登记文件第2行（个人编号439901-1）没有登记上：姓名有误")
    await came("registration_ack", 2, agreed)
    assert (await kept(2))[0] == "processed"


@pytest.mark.rule("R-491", "R-495")
async def test_a_registration_the_bureau_sends_back_shows_on_the_board(county: object, folder: Path) -> None:  # noqa: F811
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, make.ZHAO_MIN)
    await make.approve(receipt.case_id, make.SUN_LI)
    (folder / "tax" / "in").mkdir(parents=True)
    await rounds()
    Bureau(folder, f"{COUNTY}", "1", Fault.RETURNED_LINE).look(ON)
    await rounds()
    (found,) = await exchange_board.differences(COUNTY, "tax", DAY)
    assert "登记信息有误" in found.what


@pytest.mark.rule("R-495")
@pytest.mark.parametrize(
    ("sequence", "digest", "state"), [(1, "", "processed"), (2, "", "held"), (1, "A" * 64, "held")]
)
async def test_an_answer_to_a_file_we_never_sent_is_held(
    db: object, folder: Path, sequence: int, digest: str, state: str
) -> None:
    await tax_exchange.receive(COUNTY, b"nonsense", "x.txt", AT)  # our file 1 is the answer to it
    row = Acknowledgement(file_name="", sequence=sequence, digest=digest, answer=Answer.REFUSED, reason="读不出")
    await came("ack", 1, row)
    assert (await kept(1))[0] == state


async def test_a_file_of_another_partner_in_the_folder_of_the_bureau_is_refused(db: object, folder: Path) -> None:
    data = tax.encode(structs.replace(header("payment_detail", 1), sender="finance"), [detail()])
    assert (await tax_exchange.receive(COUNTY, data, "x.txt", AT)).answer is Answer.REFUSED
    assert await exchange.exchange_with_tax(COUNTY, AT) is None
