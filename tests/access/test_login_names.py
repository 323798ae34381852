"""Account ids are personal: agency code and serial (R-443)."""

import pytest

from db.stores.security import staff
from db.stores.security.staff import NewUser
from tests.conftest import Database
from tests.make import COUNTY, FRIDAY


@pytest.mark.rule("R-443")
@pytest.mark.parametrize(("last", "following"), [("998", "999"), ("999", "1000"), ("1000", "1001")])
async def test_serials_go_on_beyond_three_digits(db: Database, owner, last: str, following: str) -> None:  # type: ignore[no-untyped-def]
    user = NewUser(county_code=COUNTY, name="孙立", region_code=f"{COUNTY}", organisation="县社保中心", password_hash="-",
                   must_change=False, id_number=None)  # fmt: skip
    staff_id, _ = await staff.insert(user, 0, FRIDAY)
    await owner.execute("update staff_user set login_name = $1 where id = $2", f"{COUNTY}{last}", staff_id)
    _, login_name = await staff.insert(user, 0, FRIDAY)
    assert login_name == f"{COUNTY}{following}"
