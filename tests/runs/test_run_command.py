"""`pension run` as a person at the terminal meets it."""

import asyncio
from datetime import date

import pytest

from db import engine
from db.stores.ledger import Entry
from domain.ledger import Kind
from ops.__main__ import main
from tests.conftest import Database
from tests.runs.conftest import many_accounts, posted

Output = pytest.CaptureFixture[str]
HERE = ["--county", "439901"]


def said(output: Output) -> str:
    captured = output.readouterr()
    return captured.out + captured.err


def login(output: Output, post: str) -> str:
    assert main(["users", "add", *HERE, "--name", "何静", "--organisation", "青禾县社保中心", "--post", post]) == 0
    return said(output).split()[2]


async def money(database: Database) -> None:
    """1,000.00 since January 2025 for one, money of an unsettled year for another."""
    await engine.open_pool(database.app_dsn)
    good, old = await many_accounts(2)
    for account, year in ((good, 2025), (old, 2023)):
        await posted(
            [
                Entry(
                    account_id=account, kind=Kind.CONTRIBUTION, value_on=date(year, 1, 5), amounts={"personal": 100_000}
                )
            ]
        )
    await engine.close_pool()


def test_a_year_is_tried_looked_at_and_listed(database: Database, capsys: Output) -> None:
    asyncio.run(money(database))
    maker = login(capsys, "county_account")
    assert main(["run", "try", "interest_settlement", "2025", *HERE, "--by", maker]) == 0
    text = said(capsys)
    assert "年度结息 2025  tried  何静" in text
    assert "1 rows            22.92 元" in text
    assert "1 aside: 上一年度没有结息" in text
    assert main(["run", "list", *HERE]) == 0
    number = said(capsys).split()[0]
    assert main(["run", "show", *HERE, number]) == 0
    assert "22.92" in said(capsys)
    assert main(["run", "show", *HERE, "99"]) == 1
    assert main(["run", "prepare", "interest_settlement", "2025", *HERE, "--by", maker]) == 1
    assert "正在办理" in said(capsys)


def test_what_is_prepared_waits_for_whoever_works(database: Database, capsys: Output) -> None:
    maker = login(capsys, "county_account")
    assert main(["run", "prepare", "interest_settlement", "2025", *HERE, "--by", maker]) == 0
    assert main(["run", "list", *HERE]) == 0
    assert "trying" in said(capsys)
    assert main(["run", "work", *HERE]) == 0
    assert "2 steps" in said(capsys)
    assert main(["run", "list", *HERE]) == 0
    assert "tried" in said(capsys)


def test_only_who_has_the_post_can_be_named(database: Database, capsys: Output) -> None:
    for by in ("nobody", login(capsys, "county_benefit")):
        assert main(["run", "prepare", "interest_settlement", "2025", *HERE, "--by", by]) == 1
    assert "您没有这个岗位" in said(capsys)
