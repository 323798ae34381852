"""Search, person file, counter, statistics, staff, records, and that no route lies open."""

from io import BytesIO

import pytest
from litestar.routes import HTTPRoute
from PIL import Image

from db import engine
from domain.actor import Post
from domain.items import enrollment
from tests import make
from tests.backoffice.office import Desk, Office, case_id_in
from tests.make import LI_XIUYING, WANG_DASHAN

FINANCE_MAY_NOT = ("/inbox", "/search", "/counter", "/audit", "/assistants", "/outbox")


def photo() -> bytes:
    data = BytesIO()
    Image.new("RGB", (400, 300), "white").save(data, "JPEG")
    return data.getvalue()


async def audited(action: str) -> list[tuple[str, str]]:
    rows = await engine.fetch("select actor_name, reason from audit_entry where action = $1 order by id", action)
    return [(row["actor_name"], row["reason"]) for row in rows]


# ------------------------------------------------------------------ the door


@pytest.mark.rule("R-445")
async def test_no_route_answers_a_visitor_but_login_static_files_and_the_health_check(office: Office) -> None:
    from httpx import ASGITransport, AsyncClient  # noqa: PLC0415

    async with AsyncClient(transport=ASGITransport(office.app), base_url="http://office.test") as visitor:  # type: ignore[arg-type]
        for route in office.app.routes:
            if not isinstance(route, HTTPRoute):
                continue
            for handler in route.route_handlers:
                if handler.opt.get("public"):
                    assert route.path.startswith(
                        ("/login", "/logout", "/logout", "/static", "/healthz", "/text-size", "/style")
                    ), route.path
                    continue
                path = route.path_format
                for name, value in (
                    ("code", "enrollment"),
                    ("source", "deaths"),
                    ("kind", "receipt"),
                    ("answer", "confirm"),
                    ("step", "review"),
                    ("village", "4399010101"),
                    ("notice_id", "1"),
                    ("name", "all.pdf"),
                ):
                    path = path.replace("{" + name + "}", value)
                for name in (
                    "case_id",
                    "attachment_id",
                    "person_id",
                    "staff_id",
                    "appointment_id",
                    "grant_id",
                    "proposal_id",
                    "receipt_id",
                    "period",
                    "number",
                    "run_id",
                    "document_id",
                    "line_no",
                    "spell_id",
                    "award_id",
                    "order_id",
                    "year",
                    "file_id",
                    "plan_id",
                    "report_id",
                    "suspension_id",
                    "finding_id",
                    "linkage_id",
                    "transfer_id",
                    "programme_id",
                    "term_id",
                    "list_id",
                    "month_id",
                    "one_off_id",
                    "settlement_id",
                    "recovery_id",
                    "false_id",
                    "pack_id",
                ):
                    path = path.replace("{" + name + "}", "1")
                for method in handler.http_methods - {"HEAD", "OPTIONS"}:
                    answer = await visitor.request(method, path)
                    assert answer.status_code == 303, f"{method} {path}: {answer.status_code}"
                    assert "/login" in answer.headers["location"]


@pytest.mark.rule("R-017")
async def test_finance_posts_see_no_residents(office: Office) -> None:
    async with office.at_desk(await office.hire("会计", Post.ACCOUNTANT)) as desk:
        for url in FINANCE_MAY_NOT:
            await desk.get(url, 403)
        assert not [a for a in (await desk.get("/statistics")).all("a") if a.attrs["href"] in FINANCE_MAY_NOT]
        assert (await desk.client.get("/")).headers["location"] == "/finance"


async def test_every_entry_of_everybodys_menu_opens(
    office: Office, clerk: Desk, reviewer: Desk, head: Desk, administrator: Desk
) -> None:
    for desk in (clerk, reviewer, head, administrator):
        home = (await desk.client.get("/")).headers["location"]
        page = await desk.get(home)
        urls = [a.attrs["href"] for a in page.all("nav")[0].all("a")]
        assert len(urls) > 5
        for url in urls:
            await desk.get(url)


# ------------------------------------------------------------------ search and person file


async def test_search_finds_by_exact_number_name_and_case_number_and_keeps_the_number_out_of_the_log(
    clerk: Desk,
) -> None:
    await make.sources(household_register=make.household(LI_XIUYING))
    await make.participant(WANG_DASHAN)
    receipt = await make.enrollment_of(LI_XIUYING)
    by_number = await clerk.post("/search", 200, by="id_number", words=f" {LI_XIUYING.id_number.lower()} ")
    assert any(a.attrs["href"] == f"/cases/{receipt.case_id}" for a in by_number.all("a"))
    assert "王大山" in (await clerk.post("/search", 200, by="name", words="王大山")).text
    assert "没有查到" in (await clerk.post("/search", 200, by="name", words="王")).text
    assert "李秀英" in (await clerk.post("/search", 200, by="case_no", words=receipt.case_no)).text
    wrong = await clerk.post("/search", 422, by="id_number", words="439901198803051220")
    assert "号码有误" in wrong.text
    assert "请填写要查什么" in (await clerk.post("/search", 422, by="name", words=" ")).text
    logged = await engine.fetchval(
        "select string_agg(concat(reason, detail, object_id), '') from audit_entry where object_kind = 'search'"
    )
    assert LI_XIUYING.id_number not in logged
    assert "王大山" not in logged


async def test_search_pages_through_many_of_one_name(clerk: Desk) -> None:
    namesakes = [make.Person("王芳", make.id_number(make.date(1970, 1, 1 + n), 300 + n), 300 + n) for n in range(27)]
    ids = [await make.participant(person) for person in namesakes]
    first = await clerk.post("/search", 200, by="name", words="王芳")
    more = next(f for f in first.all("form") if f.attrs.get("class") == "pager")
    fields = {i.attrs["name"]: i.attrs["value"] for i in more.all("input") if i.attrs["name"] != "_csrf"}
    second = await clerk.post("/search", 200, **fields)
    seen = [
        int(a.attrs["href"].split("/")[-1])
        for page in (first, second)
        for a in page.all("a")
        if a.attrs["href"].startswith("/people/") and not a.attrs["href"].endswith("/account")
    ]
    assert seen == ids


@pytest.mark.rule("R-021")
async def test_a_file_is_masked_until_a_reason_is_given_and_both_are_logged(clerk: Desk) -> None:
    person_id = await make.participant(WANG_DASHAN)
    page = await clerk.get(f"/people/{person_id}")
    assert WANG_DASHAN.id_number not in page.text
    assert WANG_DASHAN.phone not in page.text
    assert WANG_DASHAN.id_number[-4:] in page.text
    for words in ("个人缴费", "政府代缴", "0.00", "没有指定，按法定继承办理", "正常缴费"):
        assert words in page.text, words
    silent = await clerk.post(f"/people/{person_id}/unmask", 422, reason="看")
    assert WANG_DASHAN.id_number not in silent.text
    shown = await clerk.post(f"/people/{person_id}/unmask", 200, reason="核对身份证照片")
    assert WANG_DASHAN.id_number in shown.text
    assert WANG_DASHAN.phone in shown.text
    assert WANG_DASHAN.id_number not in (await clerk.get(f"/people/{person_id}?from=12")).text
    assert await audited("person.unmasked") == [("赵敏", "核对身份证照片")]
    assert ("赵敏", "审核业务12") in await audited("person.opened")


@pytest.mark.rule("R-021")
async def test_a_full_picture_is_decrypted_for_the_viewer_and_each_view_is_logged(office: Office, clerk: Desk) -> None:
    await make.sources()
    receipt = await make.enrollment_of(LI_XIUYING)
    picture, small = photo(), photo()
    row = await engine.fetchrow("select attachment_id from case_material where case_id = $1 limit 1", receipt.case_id)
    assert row is not None
    attachment = row["attachment_id"]
    url = f"/cases/{receipt.case_id}/attachments/{attachment}"
    assert (await clerk.client.get(f"{url}/thumbnail")).status_code == 404  # this one has none
    await clerk.get(url)
    assert not await audited("attachment.opened")
    stored = await office.storage.put(picture, "attachment")
    thumbnail = await office.storage.put(small, "thumbnail")
    await _point(attachment, stored, thumbnail)
    answer = await clerk.client.get(f"{url}/file")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, picture, "image/jpeg")
    assert answer.headers["cache-control"] == "no-store"
    assert (await clerk.client.get(f"{url}/thumbnail")).content == small
    assert len(await audited("attachment.opened")) == 1
    other = await make.participant(WANG_DASHAN)
    assert (await clerk.client.get(f"/cases/{receipt.case_id + 1}/attachments/{attachment}/file")).status_code == 404
    assert (await clerk.client.get(f"/cases/{other + 99}/attachments/{attachment}")).status_code == 404


async def _point(attachment: int, key: str, thumbnail: str) -> None:
    """The cast's photos have no bytes: give one some. The serving role may not, so the owner does."""
    import os  # noqa: PLC0415

    import asyncpg  # noqa: PLC0415

    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    await owner.execute(
        "update attachment set storage_key = $2, thumbnail_key = $3 where id = $1", attachment, key, thumbnail
    )
    await owner.close()


# ------------------------------------------------------------------ counter


ANSWERS = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_type": "resident_id_card", "id_number": LI_XIUYING.id_number}


async def _papers() -> list[tuple[str, tuple[str, bytes, str]]]:
    names = [*(m.code for m in enrollment.ITEM.materials), "commitment_paper"]
    return [(name, (f"{name}.jpg", photo(), "image/jpeg")) for name in names]


@pytest.mark.rule("R-006", "R-015", "R-024")
async def test_a_paper_application_is_typed_in_at_the_counter_and_decided_by_another_person(
    clerk: Desk, reviewer: Desk
) -> None:
    await make.sources(household_register=make.household(LI_XIUYING))
    wrong = await clerk.post("/counter", 422, item="enrollment", name="李秀英", id_number="1")
    assert "号码应当是18位" in wrong.text
    led = await clerk.post("/counter", item="enrollment", name="李秀英", id_number=LI_XIUYING.id_number)
    page = await clerk.get(led)
    version = next(i.attrs["value"] for i in page.all("input") if i.attrs.get("name") == "version")
    fields = {**ANSWERS, "version": version, "do": "submit", "received_on": "20261118"}
    no_reason = await clerk.post(led, 422, files=await _papers(), **fields)
    assert "收件日期早于今天，请写明原因" in no_reason.text
    assert "青禾县柳湾镇东坪村一组8号" in str([i.attrs.get("value") for i in no_reason.all("input")])
    fields["version"] = next(i.attrs["value"] for i in no_reason.all("input") if i.attrs.get("name") == "version")
    case_id = case_id_in(await clerk.post(led, files=await _papers(), **fields | {"received_reason": "村里周三收的"}))
    assert await make.column(case_id, "status") == "preliminary_passed"
    assert str(await make.column(case_id, "due_on")) == "2026-11-23"
    assert "村里周三收的" in (await reviewer.get(f"/cases/{case_id}")).text
    assert "纸质签名" in (await reviewer.get(f"/cases/{case_id}")).text
    await reviewer.decide(case_id, "approve")
    assert (await clerk.client.get(led)).headers["location"] == f"/cases/{case_id}"


async def test_whatever_was_typed_and_photographed_is_kept_when_something_is_wrong(clerk: Desk) -> None:
    await make.sources()
    led = await clerk.post("/counter", item="enrollment", name="李秀英", id_number=LI_XIUYING.id_number)
    papers = (await _papers())[:1]
    answer = await clerk.post(led, 422, files=papers, **ANSWERS | {"version": "0", "do": "submit", "phone": "123"})
    assert "手机号码应当是11位数字" in answer.text
    assert "id_document.jpg" in answer.text
    later = await clerk.get(led)
    assert "青禾县柳湾镇东坪村一组8号" in str([i.attrs.get("value") for i in later.all("input")])
    assert "参保登记李秀英" in (await clerk.get("/counter")).text
    disguised = [("id_document", ("a.jpg", b"#!/bin/sh", "image/jpeg"))]
    version = next(i.attrs["value"] for i in later.all("input") if i.attrs.get("name") == "version")
    assert (
        "不是照片或者PDF"
        in (await clerk.post(led, 422, files=disguised, **ANSWERS | {"version": version, "do": "submit"})).text
    )


@pytest.mark.rule("R-059")
async def test_a_new_phone_seen_face_to_face_counts_as_confirmed(clerk: Desk) -> None:
    person_id = await make.participant(WANG_DASHAN)
    await make.sources()
    led = await clerk.post("/counter/basic_info_change", person_id=str(person_id))
    answers = {
        "phone": "139 0000 0009",
        "address": "东坪村一组8号",
        "postcode": "421001",
        "sex": "1",
        "ethnic_group": "01",
        "household_type": "20",
    }
    unseen = await clerk.post(led, 422, **answers, version="0", do="submit")
    assert "还没有用短信验证码确认" in unseen.text
    version = next(i.attrs["value"] for i in unseen.all("input") if i.attrs.get("name") == "version")
    await clerk.post(led, **answers, version=version, do="submit", phone_seen="on")
    assert "139****0009" in (await clerk.get(f"/people/{person_id}")).text


async def test_a_draft_is_its_authors_and_a_stranger_finds_nothing(office: Office, clerk: Desk, reviewer: Desk) -> None:
    led = await clerk.post("/counter", item="enrollment", name="李秀英", id_number=LI_XIUYING.id_number)
    await reviewer.get(led, 404)
    await reviewer.post(led, 404, version="0", do="submit")
    await clerk.post("/counter/case_reversal", 422, person_id="1")


# ------------------------------------------------------------------ statistics


async def test_statistics_count_what_was_on_time_and_what_was_late(office: Office, reviewer: Desk) -> None:
    people = [LI_XIUYING, make.Person("赵四", make.id_number(make.date(1981, 1, 1), 201), 21)]
    await make.sources(household_register={p: facts for p in people for facts in make.household(p).values()})
    for person, told in zip(people, (make.FRIDAY, make.at(make.date(2026, 12, 1))), strict=True):
        receipt = await make.enrollment_of(person)
        await make.approve(receipt.case_id, make.ZHAO_MIN, told)
        await make.approve(receipt.case_id, make.SUN_LI, told)
    page = await reviewer.get("/statistics?first=2026-11-01&last=2026-12-31")
    row = next(row for row in page.all("tr") if row.text.startswith("青禾县柳湾镇") or row.text.startswith("柳湾镇"))
    assert [cell.text for cell in row.all("td")] == ["2", "2", "1", "1", "0", "0", "50.0%"]
    assert page.all("meter")
    assert "这段时间没有收到业务" in (await reviewer.get("/statistics?first=20250101&last=20250201")).text
    await reviewer.get("/statistics?first=xx&last=2026-02-30")


# ------------------------------------------------------------------ staff


@pytest.mark.rule("R-434", "R-443")
async def test_the_administrator_adds_a_user_who_gets_a_password_once(administrator: Desk, clerk: Desk) -> None:
    form = {"name": "新来的", "region_code": "43990101", "organisation": "柳湾镇社会事务办", "posts": "township_clerk"}
    page = await administrator.post("/staff", 200, **form)
    assert "只显示这一次" in page.text
    assert "新来的" in (await administrator.get("/staff")).text
    wrong = await administrator.post("/staff", 422, **form | {"region_code": "", "organisation": " ", "name": "a"})
    assert "请选择所在机构" in wrong.text
    more = await administrator.post(
        "/staff", 422, **form | {"region_code": "43990109", "organisation": " ", "name": "a"}
    )
    assert "没有这个行政区划" in more.text
    assert "请填写单位名称" in more.text
    await clerk.post("/staff", 403, **form)
    assert "新来的" in (await clerk.get("/staff")).text


@pytest.mark.rule("R-017", "R-019")
async def test_posts_that_do_not_go_together_are_refused_with_the_rule(office: Office, administrator: Desk) -> None:
    staff_id = await office.hire("孙立", Post.COUNTY_ENROLLMENT)
    refused = await administrator.post(f"/staff/{staff_id}/posts", 422, post="cashier", from_on="2026-12-01")
    assert "参保管理岗（业务经办）和财务出纳（财务）不能由同一人担任" in refused.text
    await administrator.post(f"/staff/{staff_id}/posts", post="county_account", from_on="2026-12-01")
    await administrator.post(f"/staff/{staff_id}/posts/end", post="county_account", until_on="2026-12-31")
    page = await administrator.get(f"/staff/{staff_id}?done=ended")
    assert "个人账户管理岗2026年12月1日2026年12月31日" in page.text
    await administrator.post(f"/staff/{staff_id}/posts", 422, post="", from_on="")
    await administrator.post(f"/staff/{administrator.staff_id}/posts", 422, post="county_head", from_on="2026-12-01")


async def test_a_reset_gives_a_new_first_password_and_unfreezing_brings_a_user_back(
    office: Office, administrator: Desk
) -> None:
    staff_id = await office.hire("孙立", Post.COUNTY_ENROLLMENT)
    assert "初始密码" in (await administrator.post(f"/staff/{staff_id}/reset", 200)).text
    await administrator.post(f"/staff/{staff_id}/freeze", reason="休假")
    await administrator.post(f"/staff/{staff_id}/unfreeze", reason="回来了")
    await administrator.post(f"/staff/{staff_id}/relatives", id_number=LI_XIUYING.id_number, relation="配偶")
    await administrator.post(f"/staff/{staff_id}/relatives", 422, id_number="1", relation="配偶")
    assert "正常" in (await administrator.get(f"/staff/{staff_id}?done=unfrozen")).text


async def test_village_assistants_are_appointed_and_their_appointment_ends(
    administrator: Desk, head: Desk, clerk: Desk
) -> None:
    form = {
        "name": "陈春生",
        "id_number": make.CHEN_CHUNSHENG.id_number,
        "region_code": make.VILLAGE,
        "from_on": "2026-11-20",
    }
    await administrator.post("/assistants", 422, **form | {"id_number": "1", "region_code": ""})
    await administrator.post("/assistants", **form)
    page = await administrator.get("/assistants?done=appointed")
    assert "东坪村陈春生" in page.text
    action = next(f.attrs["action"] for f in page.all("form") if f.attrs["action"].endswith("/end"))
    await administrator.post(action, 422, reason="")
    await administrator.post(action, reason="换届")
    assert "换届" in (await head.get("/assistants")).text
    await clerk.get("/assistants", 403)
    await head.post("/assistants", 403, **form)


@pytest.mark.rule("R-439", "R-440")
async def test_special_authority_is_asked_by_one_given_by_another_and_ends_by_itself(
    office: Office, reviewer: Desk, head: Desk
) -> None:
    await reviewer.post("/authority", 422, business="", reason="x")
    await reviewer.post("/authority", 422, business="after_check", reason=" ")
    await reviewer.post("/authority", business="after_check", reason="核查发现录错")
    mine = await reviewer.get("/authority?done=asked")
    assert "等待批准" in mine.text
    assert not [f for f in mine.all("form") if f.attrs["action"].endswith("/grant")]
    await reviewer.post("/authority/1/grant", 403, hours="4")
    await head.post("/authority/1/grant", hours="4")
    assert "冯远批准，到2026年11月20日 13:30" in (await reviewer.get("/authority")).text
    await head.post("/authority", business="other", reason="我自己要用")
    await head.post("/authority/2/grant", 422, hours="4")
    office.now = make.FRIDAY.replace(hour=14)
    async with office.at_desk(reviewer.staff_id) as later:
        assert "已到期" in (await later.get("/authority")).text


# ------------------------------------------------------------------ records


async def test_the_audit_log_is_filtered_by_object_person_and_day(administrator: Desk, clerk: Desk, head: Desk) -> None:
    person_id = await make.participant(WANG_DASHAN)
    await clerk.post(f"/people/{person_id}/unmask", 200, reason="核对身份证照片")
    for url in (
        "/audit",
        f"/audit?object=person&number={person_id}",
        f"/audit?staff={clerk.staff_id}",
        "/audit?day=2026-11-20",
    ):
        assert "核对身份证照片" in (await head.get(url)).text, url
    for url in ("/audit?object=case", f"/audit?staff={head.staff_id}", "/audit?day=2026-11-19", "/audit?before=1"):
        assert "核对身份证照片" not in (await head.get(url)).text, url
    await head.get("/audit?day=abc&staff=x&before=y&number=%F0%9F%98%80")
    await clerk.get("/audit", 403)


async def test_the_sources_page_tells_the_age_of_the_data_and_what_is_down(clerk: Desk) -> None:
    assert "没有导入过" in (await clerk.get("/sources")).text
    await make.sources(when=make.FRIDAY - make.timedelta(days=40))
    await make.source_down(make.Source.DEATHS)
    page = await clerk.get("/sources")
    assert "已有40天" in page.text
    assert "线路故障" in page.text


async def test_the_outbox_shows_what_would_have_been_sent_and_does_not_exist_in_production(
    head: Desk, owner: object
) -> None:
    await make.sources()
    receipt = await make.enrollment_of(LI_XIUYING)
    page = await head.get("/outbox")
    assert receipt.case_no in page.text
    assert "短信 13800000001" in page.text
    await owner.execute("update installation set mode = 'production'")  # type: ignore[attr-defined]
    await head.get("/outbox", 404)


async def test_a_year_of_days_off_is_imported_by_the_administrator_only(administrator: Desk, clerk: Desk) -> None:
    page = await clerk.get("/calendar?year=2026")
    assert "春节" in page.text
    sheet = "日期,类别,名称,依据\n2027-01-01,放假,元旦,国办发明电〔2026〕1号\n"
    await clerk.post("/calendar", 403, files=[("file", ("a.csv", sheet.encode(), "text/csv"))])
    short = await administrator.post("/calendar", 422, files=[("file", ("a.csv", sheet.encode(), "text/csv"))])
    assert "法定节假日，表里没有写放假" in short.text
    await administrator.post("/calendar", 422, files=[("x", ("", b"", "text/csv"))])


@pytest.mark.rule("R-431")
async def test_parameters_are_entered_by_one_and_confirmed_by_another(
    office: Office, head: Desk, administrator: Desk
) -> None:
    sheet = "参数,负担层级,档次,数值,生效日期,决定日期\n记账利率,,,0.03,2026-01-01,2026-01-01\n"
    files = [("file", ("a.csv", sheet.encode(), "text/csv"))]
    await administrator.post("/parameters", 422, files=files, document=" ")
    await administrator.post(
        "/parameters", 422, files=[("file", ("a.csv", b"x,y\n1,2\n", "text/csv"))], document="文号"
    )
    led = await administrator.post("/parameters", files=files, document="青政发〔2026〕1号")
    assert not [f for f in (await administrator.get(led)).all("form") if f.attrs["action"].startswith("/parameters/")]
    page = await head.get(led)
    assert "0.03" in page.text
    await head.post(f"{led}/refuse", 422, reason="")
    await head.post(f"{led}/confirm")
    assert "已生效" in (await head.get("/parameters")).text
    assert "青政发〔2026〕1号" in (await head.get("/parameters")).text
    await head.post(f"{led}/other", 404)


async def test_regions_are_imported_with_their_document_by_who_may(
    administrator: Desk, clerk: Desk, reviewer: Desk
) -> None:
    assert "东坪村" in (await clerk.get("/regions")).text
    assert "石桥" not in (await clerk.get("/regions")).text
    await clerk.post("/regions", 403, document="文号")
    await reviewer.post("/regions", 422, document="文号")


async def test_a_source_is_marked_down_with_its_reason_and_up_again(reviewer: Desk, clerk: Desk) -> None:
    await make.sources()
    await reviewer.post("/sources/deaths", 422, state="down", note="")
    await reviewer.post("/sources/deaths", state="down", note="专线中断")
    assert "专线中断" in (await reviewer.get("/sources")).text
    await reviewer.post("/sources/deaths", state="up")
    assert "专线中断" not in (await reviewer.get("/sources")).text
    await reviewer.post("/sources/nothing", 404, state="up")
    await clerk.post("/sources/deaths", 403, state="up")


async def test_the_audit_chain_is_verified_on_a_page_and_an_edited_entry_shows(head: Desk, owner: object) -> None:
    from domain.agency import audit_chain  # noqa: PLC0415

    await head.get("/audit")
    await make.participant(WANG_DASHAN)
    receipt = await make.enrollment_of(LI_XIUYING) if await make.sources() is None else None
    assert receipt is not None
    await audit_chain.seal(make.COUNTY, make.FRIDAY)
    await audit_chain.seal(make.COUNTY, make.FRIDAY)
    assert "校验通过" in (await head.get("/audit/verify")).text
    await owner.execute("update audit_entry set actor_name = '别人' where id = (select min(entry_id) from audit_seal)")  # type: ignore[attr-defined]
    assert "被改动过" in (await head.get("/audit/verify")).text


async def test_papers_for_the_counter_are_printed_once_and_stay_as_they_were(office: Office, clerk: Desk) -> None:
    await make.sources()
    receipt = await make.enrollment_of(LI_XIUYING)
    page = await clerk.get(f"/cases/{receipt.case_id}")
    url = f"/cases/{receipt.case_id}/documents/receipt"
    assert url in [a.attrs["href"] for a in page.all("a")]
    first = await clerk.client.get(url)
    assert first.status_code == 200
    assert first.content.startswith(b"%PDF")
    assert (await clerk.client.get(url)).content == first.content
    await clerk.get(f"/cases/{receipt.case_id}/documents/result", 404)  # there is no result yet
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as neighbour:
        await neighbour.get(url, 404)


@pytest.mark.rule("R-001")
async def test_a_supplement_asked_of_a_resident_s_own_case_is_taken_in_at_the_counter(
    clerk: Desk, reviewer: Desk
) -> None:
    await make.sources(household_register=make.household(LI_XIUYING))
    receipt = await make.enrollment_of(LI_XIUYING)
    led = f"/counter/cases/{receipt.case_id}"
    await clerk.get(led, 404)
    await clerk.decide(receipt.case_id, "supplement", points="身份证反面没有拍")
    page = await clerk.get(f"/cases/{receipt.case_id}")
    assert led in [a.attrs.get("href") for a in page.all("a")]
    form = await clerk.get(led)
    assert "身份证反面没有拍" in form.text
    version = next(i.attrs["value"] for i in form.all("input") if i.attrs.get("name") == "version")
    await clerk.post(led, files=(await _papers())[:1], **ANSWERS | {"version": version, "do": "submit"})
    assert await make.column(receipt.case_id, "status") == "resubmitted"


async def test_a_known_number_under_another_name_is_not_begun_at_the_counter(clerk: Desk) -> None:
    await make.participant(WANG_DASHAN)
    typed = {"item": "basic_info_change", "id_number": WANG_DASHAN.id_number}
    wrong = await clerk.post("/counter", 422, name="王小山", **typed)
    assert "登记的姓名和您输入的不一样" in wrong.text
    assert "/counter/cases/" in str(await clerk.post("/counter", name=WANG_DASHAN.name, **typed))
