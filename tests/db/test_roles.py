"""What the serving role may not do: the last wall behind every mistake in our own code."""

import asyncpg
import pytest

from db import engine
from tests.conftest import Database

# Rows of the door itself, which come and go (expired sessions, used codes). Everything else stays for ever.
MAY_DELETE = {"login_attempt", "logout_token_seen", "oidc_state", "one_time_code", "parked_form", "web_session"}

# Once written, never changed: not even one column.
APPEND_ONLY = {
    "audit_entry", "audit_seal", "case_event", "comparison_result", "fund_source", "issued_document", "person_change",
    "policy_parameter", "region_version", "source_batch", "source_record",
    "ledger_entry", "ledger_account", "voucher", "voucher_line", "voucher_review", "zero_consent", "account_statement", "statement_notice",
    "delegated_programme", "delegated_decision", "run_exception", "benefit_standard", "certification", "payment_file",
    "contribution_adjustment",
    "settlement_line", "recovery_item", "recovery_entry", "recovery_payment", "recovery_file", "recovery_neglect", "field_verification",
    "commitment_check", "transfer_line", "transfer_step",
    "linkage_month", "province_settlement", "village_check",
}  # fmt: skip

TABLES = """
select relname as name, has_table_privilege(oid, 'delete') or has_table_privilege(oid, 'truncate') as may_delete,
       has_any_column_privilege(oid, 'update') as may_update, pg_get_userbyid(relowner) as owner
  from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
"""


@pytest.fixture
async def tables(db: Database) -> dict[str, asyncpg.Record]:
    return {row["name"]: row for row in await engine.fetch(TABLES)}


async def test_the_serving_role_owns_no_table(tables: dict[str, asyncpg.Record]) -> None:
    assert {row["owner"] for row in tables.values()} == {"pension_owner"}


async def test_nothing_but_the_doors_own_rows_can_be_deleted(tables: dict[str, asyncpg.Record]) -> None:
    assert {name for name, row in tables.items() if row["may_delete"]} == MAY_DELETE


@pytest.mark.rule("R-058")
async def test_what_was_written_down_cannot_be_rewritten(tables: dict[str, asyncpg.Record]) -> None:
    assert {name for name in APPEND_ONLY if tables[name]["may_update"]} == set()


async def test_the_attempt_itself_fails(db: Database) -> None:
    for statement in ("update case_event set note = ''", "delete from audit_entry", "truncate person",
                      "alter table person add column x int", "drop table case_event", "set role pension_owner"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await engine.execute(statement)


async def test_every_county_table_begins_its_key_with_the_county(owner: asyncpg.Connection) -> None:
    """Also unique, exclusion and foreign keys and every index: so the tables can be spread by county one day."""
    offenders = await owner.fetch(
        """
        select i.indexrelid::regclass::text as name from pg_index i
          join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
          join pg_attribute county on county.attrelid = c.oid and county.attname = 'county_code' and county.attnotnull
         where i.indkey[0] <> county.attnum
           and c.relname not in ('identity_index', 'region')
        """
    )
    assert [row["name"] for row in offenders] == []
