"""After a rotation everything that stays is sealed with the new key, and says what it said."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db import crypto, engine, reseal
from db.stores.security import accounts, staff
from db.stores.security.staff import NewUser
from tests import make
from tests.conftest import Database
from tests.make import COUNTY, FRIDAY, LI_XIUYING


@pytest.fixture
async def as_owner(database: Database, key_file: Path) -> AsyncIterator[None]:
    await engine.open_pool(database.owner_dsn)
    try:
        yield
    finally:
        await engine.close_pool()
        crypto.load_keys(key_file)


async def test_every_sealed_column_of_the_database_is_on_the_list(owner: asyncpg.Connection) -> None:
    there = await owner.fetch(
        "select table_name, column_name from information_schema.columns where column_name like '%\\_sealed' and table_schema = 'public'"
    )
    listed = {(sealed.table, sealed.column) for sealed in reseal.COLUMNS} | reseal.SHORT_LIVED
    assert {tuple(row) for row in there} == listed


@pytest.mark.usefixtures("as_owner")
async def test_what_was_sealed_before_a_rotation_opens_with_the_new_key_alone(
    monkeypatch: pytest.MonkeyPatch, key_file: Path
) -> None:
    monkeypatch.setattr(reseal, "CHUNK", 2)
    await make.sources(household_register=make.household(LI_XIUYING))
    await make.enrollment_of(LI_XIUYING)
    for number in range(5):
        await accounts.log_in(
            provider="p", sub=f"{number}", name="李秀英", id_type="resident_id_card", id_number=LI_XIUYING.id_number,
            phone="13800000001", assurance=3, at=FRIDAY,
        )  # fmt: skip
    await staff.insert(
        NewUser(county_code=COUNTY, name="赵敏", region_code="439901", organisation="社保中心", password_hash="x", totp_secret="A" * 32),
        0, FRIDAY,
    )  # fmt: skip
    old = crypto.read_keys(key_file)
    new = crypto.rotate(old)
    crypto.use_keys(new)
    changed = {f"{sealed.table}.{sealed.column}": count async for sealed, count in reseal.reseal()}
    assert changed["resident_account.phone_sealed"] == 5
    assert changed["service_case.payload_sealed"] >= 1
    assert {count async for _, count in reseal.reseal()} == {0}, "a second run finds nothing to do"

    crypto.use_keys(crypto.Keys(new.current, {new.current: new.keys[new.current]}, new.index, new.session))
    account = await accounts.read(3)
    assert account is not None
    assert (account.id_number, account.phone) == (LI_XIUYING.id_number, "13800000001")
    found = await staff.by_login("439901001")
    assert found is not None
    assert found.totp_secret == "A" * 32
    for sealed in reseal.COLUMNS:
        for row in await engine.fetch(
            f"select {sealed.column} as blob from {sealed.table} where {sealed.column} is not null"
        ):
            crypto.unseal(row["blob"], sealed.purpose)
