"""The desk: grouping, reasons, filters, paging, 下一件; bulk approval with its second look."""

from datetime import date, timedelta

import pytest

from db.queries import inbox
from domain.actor import Post
from domain.items import household_address_change
from tests import make, pages
from tests.backoffice.office import Desk, Office, case_id_in, day
from tests.make import LI_XIUYING, WANG_DASHAN, Person


def applicant(number: int) -> Person:
    name = f"申请{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'子丑寅卯辰巳午未申酉戌亥'[number // 10]}"
    return Person(name, make.id_number(date(1980, 1, 1 + number % 28), 100 + number), 100 + number)


async def applications(count: int, **more: object) -> list[int]:
    people = [applicant(number) for number in range(count)]
    await make.sources(household_register={p: facts for p in people for facts in make.household(p).values()})
    return [(await make.enrollment_of(person, **more)).case_id for person in people]


@pytest.mark.rule("R-011")
async def test_the_desk_is_grouped_by_urgency_and_the_day_after_friday_is_monday(office: Office, clerk: Desk) -> None:
    await make.sources()
    await make.enrollment_of(LI_XIUYING)  # Friday 20 November, due Wednesday 25
    for now, words in (
        ("2026-11-20", "以后到期"),
        ("2026-11-24", "明天到期"),
        ("2026-11-25", "今天到期"),
        ("2026-11-26", "已超期"),
    ):
        office.now = day(now)
        async with office.at_desk(clerk.staff_id) as desk:
            groups = [row.text for row in (await desk.get("/inbox")).all("tr") if row.attrs.get("class") == "group"]
            assert groups == [words], now


@pytest.mark.rule("R-011")
async def test_on_friday_the_next_working_day_is_named(office: Office, clerk: Desk) -> None:
    await make.sources()
    filer = make.staff("周岩", Post.TOWNSHIP_CLERK, region="43990101")
    await make.enrollment_of(LI_XIUYING, actor=filer, received_on=date(2026, 11, 18), received_reason="村里晚送")
    async with office.at_desk(await office.hire("孙立", Post.COUNTY_ENROLLMENT)) as county:
        page = await county.get("/inbox")
    assert "11月23日（周一）到期" in page.text
    assert "11月18日收到" in page.text


@pytest.mark.rule("R-010")
async def test_a_due_day_beyond_the_known_calendars_is_marked_provisional(office: Office, clerk: Desk) -> None:
    office.now = day("2026-12-30")
    await make.sources(when=office.now)
    await make.enrollment_of(LI_XIUYING, when=office.now)
    async with office.at_desk(clerk.staff_id) as desk:
        assert "暂定" in (await desk.get("/inbox")).text
        assert "2027年的放假安排还没有导入" in (await desk.get("/calendar")).text


async def test_a_place_that_promises_the_same_day_shows_its_promise_beside_the_limit(
    office: Office, clerk: Desk
) -> None:
    await make.sources()
    await make.enrollment_of(LI_XIUYING, profile="songshan")
    assert "承诺2026年11月20日前办结" in (await clerk.get("/inbox")).text
    office.now = day("2026-11-23")
    async with office.at_desk(clerk.staff_id) as desk:
        assert "承诺2026年11月20日前办结，已过" in (await desk.get("/inbox")).text


async def test_filters_narrow_the_desk_and_nonsense_in_the_address_is_ignored(clerk: Desk, reviewer: Desk) -> None:
    await make.sources(household_register=make.household(LI_XIUYING))
    await make.participant(WANG_DASHAN)
    await make.enrollment_of(LI_XIUYING)
    answers = {"household_address": "石桥乡枫岭村一组1号", "region_code": make.OTHER_GROUP, "household_type": "20"}
    await make.handed_in(household_address_change.ITEM, answers, WANG_DASHAN)
    assert "李秀英" in (await clerk.get("/inbox?item=enrollment&view=free&clean=1")).text
    for empty in ("/inbox?item=household_address_change", "/inbox?view=mine", "/inbox?clean=0", "/inbox?view=held"):
        assert "李秀英" not in (await clerk.get(empty)).text, empty
    assert "李秀英" in (await clerk.get("/inbox?view=x&item=y&clean=z&township=%00&after=zz.1")).text
    assert "王大山" in (await reviewer.get("/inbox?township=43990102")).text
    assert "王大山" not in (await reviewer.get("/inbox?township=43990101")).text


async def test_htmx_gets_the_list_alone(clerk: Desk) -> None:
    await make.sources()
    await make.enrollment_of(LI_XIUYING)
    answer = await clerk.client.get("/inbox", headers={"hx-request": "true"})
    part = pages.check_partial(answer.text, url="/inbox")
    assert not part.all("html")
    assert "李秀英" in part.text


async def test_pages_follow_each_other_without_gap_or_repetition(clerk: Desk) -> None:
    cases = await applications(60)
    seen: list[int] = []
    url = "/inbox"
    while url:
        page = await clerk.get(url)
        seen += [case_id_in(a.attrs["href"]) for a in page.all("a") if a.attrs["href"].startswith("/cases/")]
        url = next((a.attrs["href"] for a in page.all("a") if a.text == "下一页"), "")
    assert seen == sorted(cases)


async def test_nobody_counts_further_than_99(clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "COUNT_LIMIT", 5)
    await applications(7)
    assert "4+" in (await clerk.get("/inbox")).text


async def test_next_takes_the_most_urgent_case_that_nobody_has_taken(office: Office, clerk: Desk) -> None:
    first, second = await applications(2)
    assert case_id_in(await clerk.post("/inbox/next")) == first
    async with office.at_desk(await office.hire("另一位", Post.TOWNSHIP_CLERK, region="43990101")) as other:
        assert case_id_in(await other.post("/inbox/next")) == second
        assert await other.post("/inbox/next") == "/inbox?empty=1"
        assert "没有可以接手的业务" in (await other.get("/inbox?empty=1")).text
        assert "赵敏接手" in (await other.get("/inbox")).text


async def test_approving_and_going_on_opens_the_next_case(clerk: Desk) -> None:
    first, second = await applications(2)
    led = await clerk.decide(first, "approve", then="next")
    assert case_id_in(led) == second
    assert await make.column(second, "assignee_id") == clerk.staff_id


# ------------------------------------------------------------------ bulk approval


async def _sample(desk: Desk, cases: list[int]) -> tuple[list[str], dict[str, list[str]]]:
    """The sampled cases, and the hidden fields of the confirmation page."""
    page = await desk.post("/bulk", 200, case=[str(case) for case in cases])
    form = next(f for f in page.all("form") if f.attrs["action"] == "/bulk/approve")
    fields: dict[str, list[str]] = {}
    for field in form.all("input"):
        if field.attrs.get("type") == "hidden" and field.attrs["name"] != "_csrf":
            fields.setdefault(field.attrs["name"], []).append(field.attrs["value"])
    return [box.attrs["value"] for box in form.all("input") if box.attrs.get("name") == "looked"], fields


async def test_bulk_approval_wants_its_sample_opened_and_ticked(clerk: Desk) -> None:
    cases = await applications(6)
    sample, fields = await _sample(clerk, cases)
    assert len(sample) == 2
    unseen = await clerk.post("/bulk/approve", 422, **fields, looked=sample)
    assert "请把抽查的业务逐件打开看过" in unseen.text
    for case in sample:
        await clerk.get(f"/cases/{case}")
    await clerk.post("/bulk/approve", 422, **fields, looked=sample[:1])
    await clerk.post("/bulk/approve", 200, **fields, looked=sample)
    assert {await make.column(case, "status") for case in cases} == {"preliminary_passed"}


async def test_in_a_bulk_approval_what_changed_stays_on_the_desk_with_its_reason(clerk: Desk) -> None:
    cases = await applications(4)
    sample, fields = await _sample(clerk, cases)
    for case in sample:
        await clerk.get(f"/cases/{case}")
    changed = next(case for case in cases if str(case) not in sample)
    await clerk.decide(changed, "take")  # its version moves on
    done = await clerk.post("/bulk/approve", 200, **fields, looked=sample)
    assert "刚刚被别人更新过" in done.text
    assert await make.column(changed, "status") == "submitted"
    assert sum([await make.column(case, "status") == "preliminary_passed" for case in cases]) == 3


async def test_a_case_with_findings_cannot_be_slipped_into_a_bulk_approval(clerk: Desk) -> None:
    await make.sources()  # the household register knows nobody: a remark on every case
    receipt = await make.enrollment_of(LI_XIUYING)
    page = await clerk.get("/inbox")
    assert not [box for box in page.all("input") if box.attrs.get("name") == "case"]
    none = await clerk.post("/bulk", 422, case=[str(receipt.case_id), "x", "999999"])
    assert "没有可以批量办理的业务" in none.text
    await clerk.post("/bulk/approve", 200, case=[str(receipt.case_id)], looked=[str(receipt.case_id)])
    assert await make.column(receipt.case_id, "status") == "submitted"


async def test_findings_that_appear_after_the_selection_stop_the_bulk_approval_of_that_case(clerk: Desk) -> None:
    cases = await applications(2)
    sample, fields = await _sample(clerk, cases)
    for case in sample:
        await clerk.get(f"/cases/{case}")
    await make.sources(when=make.FRIDAY + timedelta(hours=1))  # a new snapshot that knows nobody
    done = await clerk.post("/bulk/approve", 200, **fields, looked=sample)
    assert "核对结果和您看到的不一样了" in done.text
    assert {await make.column(case, "status") for case in cases} == {"submitted"}
