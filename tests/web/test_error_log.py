"""What the log keeps of a fault nobody foresaw."""

import io
import logging
from collections.abc import Iterator

import pytest
from litestar import Request

from web import errors

WORDS = "Failing row contains (李秀英, 东坪村一组8号)"


class BrokenRow(Exception):
    """As a driver reports a row it could not write."""

    sqlstate = "23514"
    constraint_name = "known_pair"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    errors.log.addHandler(handler)
    yield written
    errors.log.removeHandler(handler)


@pytest.mark.rule("R-510")
@pytest.mark.parametrize(("mode", "names_people"), [("production", False), (None, False), ("demo", True)])
def test_in_production_a_fault_is_found_again_without_naming_anybody(
    mode: str | None, names_people: bool, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "answer", lambda *_given, **_named: None)  # the page needs a whole site around it
    request: Request[None, None, None] = Request({"type": "http", "state": {"mode": mode} if mode else {}})  # type: ignore[typeddict-item]
    try:
        raise BrokenRow(WORDS)
    except BrokenRow as fault:
        errors.unexpected(request, fault)
    told = lines.getvalue()
    assert "BrokenRow" in told
    assert "test_error_log.py" in told
    assert ("李秀英" in told) is names_people
    assert ("known_pair" in told) is not names_people
