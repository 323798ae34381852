"""《转入申请表》, 《接收函》 and 《转出审批表》 as they are printed (R-392)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from db.queries.transfers import Line, TransferRow
from domain import codes, identity, months
from domain.identity import IdType
from web.documents.paper import Numbered
from web.documents.transfer_contents import TransferApplication, TransferForm, TransferLetter, TransferYear

TITLES = {"transfer_application": "转入申请表", "transfer_letter": "接收函", "transfer_form": "转出审批表"}
ITEMS = {"contribution": "缴费和补贴", "other": "以前的余额", "interest": "利息"}


def contents_of(
    kind: str, row: TransferRow, lines: Sequence[Line], answers: Mapping[str, Any], place: str, agency: str, at: datetime
) -> Numbered | None:
    """None where this transfer has no such paper. `answers`: of the application, empty on the side that lets go."""
    if kind == "transfer_letter":
        return _letter(row, agency, at)
    if kind == "transfer_application" and answers:
        return _application(row, answers, place, agency, at)
    if kind == "transfer_form" and row.form:
        return _form(row, lines, agency, at)
    return None


def _letter(row: TransferRow, agency: str, at: datetime) -> TransferLetter:
    letter = row.letter
    return TransferLetter(
        agency=letter["agency"], printed_at=at, number=row.number, addressee=row.other_name if row.direction == "in" else agency, name=row.name,
        id_number=letter["social_security_no"], household_address=letter["household_address"], region_code=letter["region_code"],
        moved_on=date.fromisoformat(letter["moved_on"]), sent_on=row.sent_on, valid_until=row.valid_until, payee=letter["payee"],
        bank=letter["bank"], bank_account=letter["bank_account"], handler=letter["handler"], phone=letter["phone"],
    )  # fmt: skip


def _application(row: TransferRow, answers: Mapping[str, Any], place: str, agency: str, at: datetime) -> TransferApplication:
    number = answers["id_number"]
    born, sex = identity.birth_of(IdType.RESIDENT_ID_CARD, number), identity.sex_of(IdType.RESIDENT_ID_CARD, number)
    assert born is not None and sex is not None, "an ID card says both"
    return TransferApplication(
        agency=agency, printed_at=at, number=row.number, applied_on=row.sent_on, name=row.name, sex=dict(codes.SEXES)[sex], born_on=born,
        id_number=number, household_type=dict(codes.HOUSEHOLD_TYPES)[answers["household_type"]],
        household_address=answers["household_address"], moved_on=date.fromisoformat(answers["moved_on"]), phone=answers["phone"],
        address=answers.get("address", ""), village_to=place, agency_from=row.other_name, agency_to=agency,
    )  # fmt: skip


def _form(row: TransferRow, lines: Sequence[Line], agency: str, at: datetime) -> TransferForm:
    form, ours = row.form, row.direction == "out"
    return TransferForm(
        agency=form["agency"], printed_at=at, number=row.number, agency_from=form["agency"], agency_to=row.other_name if ours else agency,
        name=row.name, id_number=row.letter["social_security_no"], enrolled_on=date.fromisoformat(form["first_enrolled_on"]),
        years=form["years"], out_on=date.fromisoformat(form["out_on"]), settled_to=months.in_words(form["settled_month"]),
        handler=form["handler"], lines=tuple(
            TransferYear(year=line.year, item=ITEMS[line.kind], counted="算" if line.counts else "", total_fen=line.total_fen,
                         **{f"{fund}_fen": fen for fund, fen in line.amounts.items()})
            for line in lines
        ),
    )  # fmt: skip
