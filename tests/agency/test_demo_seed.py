from datetime import date, datetime, timedelta

import pyotp
import pytest

from db import engine
from db.queries import clock
from domain import identity, verify
from domain.agency import audit_chain
from ops import demo_seed
from tests.conftest import Database
from web import staff_login

COUNTY = 439901


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PENSION_PORTAL_URL": "http://127.0.0.1:8100", "PENSION_BACKOFFICE_URL": "http://127.0.0.1:8200",
        "OIDC_ISSUER": "http://127.0.0.1:8300", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "x", "PENSION_SECURE_COOKIES": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


async def statuses() -> dict[str, int]:
    return {row["status"]: row["n"] for row in await engine.fetch("select status, count(*) as n from service_case group by 1")}


async def test_every_screen_has_something_to_show(db: Database, environment: None) -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=clock.CHINA)
    await demo_seed.seed(at)
    assert set(await statuses()) == {
        "draft", "submitted", "supplement_requested", "preliminary_passed", "under_review", "effected", "rejected",
    }  # fmt: skip
    today = at.date()
    due = "select count(*) from service_case where told_at is null and waiting_post is not null and due_on {} $1"
    assert await engine.fetchval(due.format("<"), today) >= 2, "overdue"
    assert await engine.fetchval(due.format("="), today) >= 1, "today"
    assert await engine.fetchval(due.format("="), today + timedelta(days=3)) >= 1, "the next working day"
    assert await engine.fetchval("select count(*) from service_case where clean and status = 'preliminary_passed'") >= 3
    assert await engine.fetchval("select count(*) from service_case where awaiting = 'resident_confirmation'") == 1
    assert await engine.fetchval("select count(*) from service_case where held_until > $1", today) == 1
    assert await engine.fetchval("select count(distinct source) from source_batch") == 4
    assert await engine.fetchval("select count(*) from assistant_appointment where region_code = '4399010102'") == 1
    assert await audit_chain.seal(COUNTY, at) > 100
    assert await engine.fetchval("select max(n) from (select count(*) as n from contribution_year group by account_id) y") >= 15
    assert await engine.fetchval("select count(*) from agency_bank_account") == 3
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.parametrize("day", [date(2026, 2, 18), date(2026, 5, 9), date(2027, 1, 1), date(2026, 11, 22)],
                         ids=["Spring Festival", "make-up Saturday", "new year, no calendar", "Sunday"])  # fmt: skip
async def test_the_demo_can_begin_on_any_day(db: Database, environment: None, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 0, 5, tzinfo=clock.CHINA)
    await demo_seed.seed(at)
    assert sum((await statuses()).values()) >= 18
    assert await engine.fetchval("select max(at) from case_event") <= at


async def test_the_demo_staff_can_log_in(db: Database, environment: None) -> None:
    at = datetime.now(clock.CHINA)
    await demo_seed.seed(at)
    for colleague in demo_seed.STAFF:
        code = pyotp.TOTP(demo_seed.TOTP_SECRET).at(at)
        user = await staff_login.check(colleague.login_name, demo_seed.PASSWORD, code, "127.0.0.1", at)
        assert user.name == colleague.name


def test_the_greeting_names_everybody() -> None:
    text = demo_seed.people()
    for name in [c.login_name for c in demo_seed.STAFF] + [r.id_number for r in demo_seed.residents()]:
        assert name in text


def test_the_numbers_of_invented_people_are_well_formed_and_nobodys() -> None:
    everybody = demo_seed.residents() + demo_seed.residents("applicants.json")
    assert len({r.id_number for r in everybody}) == len(everybody)
    for resident in everybody:
        assert identity.check(resident.id_type, resident.id_number) is None
        assert resident.id_number.startswith("439901")


async def test_production_is_never_filled_with_demo_people(db: Database, owner, environment: None) -> None:  # type: ignore[no-untyped-def]
    await owner.execute("update installation set mode = 'production', business_date = null")
    with pytest.raises(RuntimeError):
        await demo_seed.seed(datetime.now(clock.CHINA))
