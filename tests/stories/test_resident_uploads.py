"""Photos of papers: several, removed, disguised, too large, broken on the way."""

import pytest

from db import engine
from domain.items import enrollment
from tests import make
from tests.make import LI_XIUYING
from tests.portal.town import Town, Visitor, photo


async def at_materials(visitor: Visitor) -> int:
    case_id = await make.draft(
        enrollment.ITEM, {**make.ENROLLMENT, "name": "李秀英", "id_number": LI_XIUYING.id_number},
        make.resident(make.Person("李秀英", LI_XIUYING.id_number, await visitor.town.account(LI_XIUYING))), LI_XIUYING,
        with_materials=False,
    )  # fmt: skip
    await visitor.get(f"/drafts/{case_id}/materials")
    return case_id


async def test_several_photos_of_one_paper_are_shown_small_and_large_and_can_be_taken_away(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        case_id = await at_materials(visitor)
        await visitor.press(
            "先上传这些", files={"id_document": [("正面.jpg", photo("navy")), ("反面.png", photo("red", kind="PNG"))]}
        )
        pictures = [img.attrs["src"] for img in visitor.page.all("main")[0].all("img")]
        assert len(pictures) == 2
        for url in pictures:
            assert (await visitor.fetch(url)).headers["content-type"] == "image/jpeg"
            assert (await visitor.fetch(url.removesuffix("?small"))).content.startswith(b"\xff\xd8\xff")
        await visitor.press("删掉反面")
        assert len(visitor.page.all("main")[0].all("img")) == 1
        assert await engine.fetchval("select count(*) from case_material where case_id = $1", case_id) == 2


async def test_a_disguised_file_is_refused_and_the_good_ones_are_kept(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await at_materials(visitor)
        files = {"id_document": [("good.jpg", photo())], "household_front": [("evil.jpg", b"MZ\x90\x00 not a picture")]}
        await visitor.press("上传并继续", files=files, status=422)
        assert "“evil”不是照片或者PDF" in visitor.words
        assert len(visitor.page.all("main")[0].all("img")) == 1


@pytest.mark.parametrize("more, status", [(0, 200), (1, 422)])
async def test_ten_megabytes_are_the_most(town: Town, more: int, status: int) -> None:
    jpeg = photo()
    padded = jpeg + b"\x00" * (10 * 1024 * 1024 - len(jpeg) + more)
    async with town.login(LI_XIUYING) as visitor:
        await at_materials(visitor)
        await visitor.press("先上传这些", files={"id_document": [("big.jpg", padded)]}, status=status)
        assert ("“big”超过10MB" in visitor.words) is bool(more)


async def test_without_a_paper_one_cannot_go_on_but_may_come_back_later(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        case_id = await at_materials(visitor)
        await visitor.press("上传并继续", status=422)
        assert "请上传户口簿首页的照片" in visitor.words
        await visitor.press("以后再填")
        assert "已经保存" in visitor.words
        await visitor.get(f"/drafts/{case_id}/check")
        assert "请上传有效身份证件的照片" in visitor.words
        assert "去签承诺书" not in visitor.page.text


async def test_a_broken_upload_gets_a_clear_answer_and_nothing_is_lost(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        case_id = await at_materials(visitor)
        broken = b'--cut\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n' + visitor.csrf.encode() + b"\r\n--cu"
        headers = {"Content-Type": "multipart/form-data; boundary=cut"}
        answer = await visitor.client.post(f"/drafts/{case_id}/materials", content=broken, headers=headers)
        assert answer.status_code in (303, 400, 422)
        await visitor.get(f"/drafts/{case_id}/contact")
        assert visitor.filled(visitor.button("保存并继续")[0])["phone"] == ["13800000001"]


@pytest.mark.rule("R-004", "R-030")
async def test_a_paper_the_law_does_not_name_is_not_taken(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        case_id = await at_materials(visitor)
        form, _ = visitor.button("先上传这些")
        sent = visitor.filled(form) | {"_stay": ["1"]}
        await visitor.send(form, sent, {}, {"no_job_certificate": [("a.jpg", photo())]}, 200)
        assert await engine.fetchval("select count(*) from case_material where case_id = $1", case_id) == 0


async def test_another_cases_photo_cannot_be_removed(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        other = await make.enrollment_of(make.ZHOU_XIAOMAN)
        row = await engine.fetchval("select id from case_material where case_id = $1 limit 1", other.case_id)
        case_id = await at_materials(visitor)
        await visitor.post(f"/drafts/{case_id}/materials", {"_remove": str(row), "_stay": "1"})
        assert await engine.fetchval("select removed_at from case_material where id = $1", row) is None
