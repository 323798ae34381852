"""A document to post under, and an account to post to."""

from datetime import date

import pytest

from db.queries import accounts
from db.stores import books
from db.stores.books import NewDocument
from domain.books import DocumentKind
from tests import make
from tests.conftest import Database
from tests.make import COUNTY


async def document(kind: DocumentKind = DocumentKind.TAX_DETAIL, day: date = date(2026, 3, 10), **more: object) -> int:
    """An empty draft."""
    new = NewDocument(kind=kind, business_on=day, region_code=f"{COUNTY}", **more)  # type: ignore[arg-type]
    made = await books.insert(COUNTY, new, 108, "周会", make.FRIDAY)
    assert made is not None
    return made


@pytest.fixture
async def account_id(db: Database) -> int:
    """王大山's account, empty."""
    found = await accounts.account_of(COUNTY, await make.participant())
    assert found is not None
    return found.id
