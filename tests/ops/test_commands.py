"""The commands as a person at the terminal meets them."""

import asyncio
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from db import crypto, engine
from db.embedded import APP, OWNER, EmbeddedPostgres
from db.queries import clock
from domain.agency import audit_chain
from ops.__main__ import main
from tests.conftest import Database

Output = pytest.CaptureFixture[str]
ADMIN = [
    "users",
    "add",
    "--county",
    "439901",
    "--name",
    "周正",
    "--organisation",
    "青禾县社保中心",
    "--post",
    "county_admin",
]


def said(output: Output) -> str:
    captured = output.readouterr()
    return captured.out + captured.err


@pytest.fixture
def empty(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    """A database without a table, which the commands find as an external server."""
    asyncio.run(server.prepare("empty"))
    database = Database("empty", server.dsn(APP, "empty"), server.dsn(OWNER, "empty"))
    for name, value in (("DATABASE_URL", database.app_dsn), ("DATABASE_OWNER_URL", database.owner_dsn),
                        ("PENSION_KEYS", str(tmp_path / "keys.json")), ("PENSION_FILES", str(tmp_path / "files"))):  # fmt: skip
        monkeypatch.setenv(name, value)
    return database


def test_the_first_administrator_is_made_listed_reset_and_frozen(database: Database, capsys: Output) -> None:
    assert main(ADMIN) == 0
    lines = said(capsys).splitlines()
    login_name, first_password = lines[0].split()[-1], lines[1].split()[-1]
    assert main(["users", "list", "--county", "439901"]) == 0
    assert f"{login_name}  周正  439901 青禾县社保中心  县管理员" in said(capsys)
    assert main(["users", "reset", "--county", "439901", login_name]) == 0
    assert first_password not in said(capsys)
    assert main(["users", "freeze", "--county", "439901", login_name, "--reason", "调离"]) == 0
    said(capsys)
    main(["users", "list", "--county", "439901"])
    assert "frozen: 调离" in said(capsys)


def test_an_unknown_user_and_a_user_of_an_unknown_place_are_told_in_a_sentence(
    database: Database, capsys: Output
) -> None:
    assert main(["users", "reset", "--county", "439901", "nobody"]) == 1
    assert "there is no user nobody in 439901" in said(capsys)
    assert main([*ADMIN, "--region", "43990199"]) == 1
    assert "没有这个行政区划" in said(capsys)


def test_the_date_is_set_shown_and_taken_back(database: Database, capsys: Output) -> None:
    assert main(["date", "set", "2027-02-10"]) == 0
    assert "2027-02-10" in said(capsys)
    assert main(["date", "set", "real"]) == 0
    assert "(real)" in said(capsys)


def test_the_audit_chain_is_verified_and_a_forged_entry_found(database: Database, capsys: Output) -> None:
    assert main(ADMIN) == 0
    asyncio.run(seal_all())
    assert main(["audit", "verify"]) == 0
    said(capsys)
    asyncio.run(by_owner(database, "update audit_entry set actor_name = '别人' where action = 'staff.added'"))
    assert main(["audit", "verify"]) == 1
    assert "BROKEN" in said(capsys)


def test_a_new_database_gets_its_mode_its_keys_and_the_fictional_county(empty: Database, capsys: Output) -> None:
    assert main(["date", "show"]) == 1
    assert "there is no database yet" in said(capsys)
    assert main(["init", "--mode", "training"]) == 0
    assert main(["migrate"]) == 0
    assert "nothing to do" in said(capsys)
    assert main(["init", "--mode", "production"]) == 1
    assert "made for mode training" in said(capsys)
    assert asyncio.run(by_owner(empty, "select count(*) from region where county_code = 439901")) > 10
    asyncio.run(by_owner(empty, "drop schema public cascade; create schema public"))


def test_a_production_database_starts_empty_and_needs_its_environment(
    empty: Database, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OIDC_ISSUER", raising=False)
    assert main(["init", "--mode", "production"]) == 0
    assert asyncio.run(by_owner(empty, "select count(*) from region")) == 0
    assert main(["date", "show"]) == 1
    assert "OIDC_ISSUER" in said(capsys)
    for name in ("PENSION_PORTAL_URL", "PENSION_BACKOFFICE_URL", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET",
                 "PENSION_SECURE_COOKIES"):  # fmt: skip
        monkeypatch.setenv(name, "https://example.invalid")
    county = ["county", "add", "--county", "439902", "--name", "白水县", "--document", "民政〔2026〕1号",
              "--agency", "白水县社保中心", "--profile", "national"]  # fmt: skip
    assert main(county) == 0
    assert main(county) == 1
    assert "set up already" in said(capsys)
    assert main([word.replace("439901", "439902") for word in ADMIN]) == 0
    assert main(["date", "set", "2027-01-01"]) == 1
    assert "cannot be set in production" in said(capsys)
    asyncio.run(by_owner(empty, "drop schema public cascade; create schema public"))


def test_after_a_rotation_old_values_open_and_new_ones_have_the_new_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("PENSION_KEYS", str(path))
    crypto.write_keys(path, crypto.new_keys())
    crypto.load_keys(path)
    old = crypto.seal("13800000001", "test")
    assert main(["keys", "rotate"]) == 0
    crypto.load_keys(path)
    assert crypto.unseal_text(old, "test") == "13800000001"
    assert crypto.key_id(crypto.seal("x", "test")) != crypto.key_id(old)
    assert path.stat().st_mode & 0o077 == 0


def test_the_doctor_looks_at_the_database_and_warns_of_a_missing_year(database: Database, capsys: Output) -> None:
    assert main(["doctor"]) in (0, 1)  # pango or Chromium may be missing on this machine
    spoken = said(capsys)
    assert "mode test" in spoken
    assert "Migrations: 0 to run" in spoken
    main(["date", "set", "2026-12-01"])
    main(["doctor"])
    assert "the notice for 2027" in said(capsys)


async def seal_all() -> None:
    await engine.open_pool()
    await audit_chain.seal(439901, datetime.now(clock.CHINA))
    await engine.close_pool()


async def by_owner(database: Database, sql: str) -> object:
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        return await (connection.fetchval(sql) if sql.startswith("select") else connection.execute(sql))
    finally:
        await connection.close()
