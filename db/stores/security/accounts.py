"""Accounts of residents: one per provider and person there; the ID number ties them to the person here."""

from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import index, seal, unseal_text
from db.engine import Record
from db.stores import audit
from db.stores.people import ID_NUMBER, PHONE


class Account(Struct, frozen=True, kw_only=True):
    id: int
    provider: str
    county_code: int | None
    name: str
    id_type: str | None
    id_number: str | None
    phone: str | None
    assurance: int


_COLUMNS = "id, provider, county_code, name, id_type, id_number_sealed, phone_sealed, assurance"


def _account(row: Record) -> Account:
    return Account(
        id=row["id"],
        provider=row["provider"],
        county_code=row["county_code"],
        name=row["name"],
        id_type=row["id_type"],
        id_number=unseal_text(row["id_number_sealed"], ID_NUMBER) if row["id_number_sealed"] else None,
        phone=unseal_text(row["phone_sealed"], PHONE) if row["phone_sealed"] else None,
        assurance=row["assurance"],
    )


async def read(account_id: int) -> Account | None:
    row = await engine.fetchrow(f"select {_COLUMNS} from resident_account where id = $1", account_id)
    return _account(row) if row else None


async def log_in(
    *,
    provider: str,
    sub: str,
    name: str,
    id_type: str | None,
    id_number: str | None,
    phone: str | None,
    assurance: int,
    at: datetime,
) -> Account:
    """Create or refresh the account. Without a number from the provider a number bound before stays.

    The home agency is where the number is registered, else the one chosen before, else the only county there is.
    """
    row = await engine.fetchrow(
        "insert into resident_account as a (provider, provider_sub, name, id_type, id_number_sealed, id_index,"
        " phone_sealed, assurance, created_at, last_login_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)"
        " on conflict (provider, provider_sub) do update set"
        " name = case when excluded.name <> '' then excluded.name else a.name end,"
        " id_type = coalesce(excluded.id_type, a.id_type),"
        " id_number_sealed = coalesce(excluded.id_number_sealed, a.id_number_sealed),"
        " id_index = coalesce(excluded.id_index, a.id_index), phone_sealed = coalesce(excluded.phone_sealed, a.phone_sealed),"
        " assurance = excluded.assurance, last_login_at = excluded.last_login_at returning a.id",
        provider, sub, name, id_type if id_number else None, seal(id_number, ID_NUMBER) if id_number else None,
        index(id_number, "id_number") if id_number else None, seal(phone, PHONE) if phone else None, assurance, at,
    )  # fmt: skip
    assert row is not None
    account = await _settle(row["id"])
    if account.county_code is not None:
        await audit.write(
            account.county_code, at, "resident", account.id, account.name, "login", "resident_account", str(account.id)
        )
    return account


async def bind(account_id: int, name: str, id_type: str, id_number: str, at: datetime) -> Account:
    """Tie a pseudonymous account to a number that was proved."""
    await engine.execute(
        "update resident_account set name = $2, id_type = $3, id_number_sealed = $4, id_index = $5, bound_at = $6 where id = $1",
        account_id, name, id_type, seal(id_number, ID_NUMBER), index(id_number, "id_number"), at,
    )  # fmt: skip
    return await _settle(account_id)


async def choose_county(account_id: int, county_code: int) -> None:
    """Where none is known yet."""
    await engine.execute(
        "update resident_account set county_code = $2 where id = $1 and county_code is null", account_id, county_code
    )


async def provider_sub(account_id: int) -> str:
    """By what name the provider knows the account."""
    found: str = await engine.fetchval("select provider_sub from resident_account where id = $1", account_id)
    return found


async def _settle(account_id: int) -> Account:
    row = await engine.fetchrow(
        "update resident_account a set county_code = coalesce("
        " (select i.county_code from identity_index i where i.id_index = a.id_index), a.county_code,"
        " (select min(county_code) from county having count(*) = 1))"
        f" where a.id = $1 returning {_COLUMNS}",
        account_id,
    )  # fmt: skip
    assert row is not None
    return _account(row)
