"""Files about cards and accounts, as bytes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.errors import Refused
from domain.exchange import bank, envelope, lines
from domain.exchange.cards import AccountKind, Check, Checked, Opened, Opening
from tests.exchange.rows import header, rows_of
from tests.make import WANG_DASHAN

NUMBER = "6217994300100000001"


SENDERS: dict[type[Opening | Check | Checked], tuple[str, str]] = {
    Opening: ("account_opening", "agency"),
    Check: ("account_check", "agency"),
    Checked: ("account_checked", "NH"),
}


@pytest.mark.parametrize("kind", SENDERS)
def test_rows_are_read_as_they_were_written(kind: type[Opening | Check | Checked]) -> None:
    @settings(max_examples=30, deadline=None)
    @given(st.lists(rows_of(kind), max_size=4))
    def same(rows: list[Opening | Check | Checked]) -> None:
        data = bank.encode(header(*SENDERS[kind]), rows)
        assume(not lines._is_utf8(data))
        assert bank.decode(data).rows == tuple(rows)

    same()


@pytest.mark.parametrize(
    ("number", "account", "reason", "good"),
    [(1, NUMBER, "", True), (1, "", "证件过期", True), (0, NUMBER, "", True), (1, "", "", False), (1, NUMBER, "证件过期", False),
     (0, "", "证件过期", False)],
)  # fmt: skip
def test_an_answer_is_an_account_or_a_reason(number: int, account: str, reason: str, good: bool) -> None:
    try:
        Opened(
            request_no=number, name=WANG_DASHAN.name, id_number=WANG_DASHAN.id_number, kind=AccountKind.CARD, account_no=account,
            reason=reason,
        )  # fmt: skip
    except ValueError:
        assert not good
    else:
        assert good


def test_an_answer_is_read_with_its_line() -> None:
    data = bank.encode(header("account_opened", "NH"), [
        Opened(request_no=7, name="王大山", id_number=WANG_DASHAN.id_number, kind=AccountKind.PASSBOOK, account_no=NUMBER, reason=""),
    ])  # fmt: skip
    assert data.decode("gb18030").splitlines()[1] == f"7|王大山|{WANG_DASHAN.id_number}|passbook|{NUMBER}|"
    assert bank.decode(data).header.row_count == 1


def test_the_agency_asks_and_the_bank_answers_and_not_the_other_way() -> None:
    for kind, sender in (
        ("account_opening", "NH"),
        ("account_opened", "agency"),
        ("account_check", "NH"),
        ("account_checked", "agency"),
    ):
        with pytest.raises(Refused, match="发送方不能发送"):
            bank.decode(envelope.encode(header(kind, sender), [], "gb18030", "\r\n"))
