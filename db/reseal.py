"""After a key rotation: every sealed column sealed anew with the current key, in chunks, while the sites go on working.

Runs as the owner, because much of it is append-only for the serving role. Interrupted, it is simply run again: what
has the current key already is passed over. What lives for an hour only (kept forms) is left to end by itself.
"""

from collections.abc import AsyncIterator

from msgspec import Struct

from db import crypto, engine

CHUNK = 500
SHORT_LIVED = frozenset({("parked_form", "body_sealed")})


class Sealed(Struct, frozen=True):
    """A column, the key of its table, and the purpose its values are bound to."""

    table: str
    column: str
    purpose: str
    key: tuple[str, ...] = ("county_code", "id")


COLUMNS = (
    Sealed("person", "id_number_sealed", "person.id_number"),
    Sealed("person", "phone_sealed", "person.phone"),
    Sealed("person_identity", "id_number_sealed", "person.id_number"),
    Sealed("person_change", "before_sealed", "person.change"),
    Sealed("person_change", "after_sealed", "person.change"),
    Sealed("beneficiary", "id_number_sealed", "beneficiary.id_number"),
    Sealed("service_case", "payload_sealed", "case.payload"),
    Sealed("case_event", "detail_sealed", "case.event"),
    Sealed("comparison_result", "answer_sealed", "comparison.answer"),
    Sealed("message", "phone_sealed", "person.phone"),
    Sealed("message", "body_sealed", "message.body"),
    Sealed("exchange_message", "body_sealed", "exchange.body"),
    Sealed("document_line", "id_number_sealed", "document_line.id_number", ("county_code", "document_id", "line_no")),
    Sealed("fund_document", "declarant_sealed", "fund_document.declarant"),
    Sealed("payment_order", "bank_account_sealed", "bank_account"),
    Sealed("contribution_adjustment", "bank_account_sealed", "bank_account", ("county_code", "document_id", "line_no")),
    Sealed("payment_account", "account_sealed", "bank_account"),
    Sealed("termination_payee", "account_sealed", "bank_account", ("county_code", "termination_id", "line_no")),
    Sealed("termination_payee", "id_number_sealed", "payee.id_number", ("county_code", "termination_id", "line_no")),
    Sealed("termination_payee", "guardian_id_sealed", "payee.id_number", ("county_code", "termination_id", "line_no")),
    Sealed("transfer", "letter_sealed", "exchange.body"),
    Sealed("transfer", "form_sealed", "exchange.body"),
    Sealed("death_report_line", "id_number_sealed", "death_report.id_number", ("county_code", "report_id", "line_no")),
    Sealed("delegated_list_line", "id_number_sealed", "delegated_list.id_number", ("county_code", "list_id", "line_no")),
    Sealed("delegated_list_line", "account_sealed", "bank_account", ("county_code", "list_id", "line_no")),
    Sealed("debit_agreement", "payer_id_sealed", "debit_agreement.payer"),
    Sealed("debit_agreement", "bank_account_sealed", "bank_account"),
    Sealed("debit_agreement", "phone_sealed", "person.phone"),
    Sealed("exchange_file", "body_sealed", "exchange.body"),
    Sealed("resident_account", "id_number_sealed", "person.id_number", ("id",)),
    Sealed("resident_account", "phone_sealed", "person.phone", ("id",)),
    Sealed("staff_user", "totp_sealed", "staff.totp"),
)


async def reseal() -> AsyncIterator[tuple[Sealed, int]]:
    """Each column with how many of its values were sealed anew. Raises crypto.Unreadable when a key is missing."""
    for sealed in COLUMNS:
        done, last = 0, None
        while found := await _chunk(sealed, last):
            done, last = done + len(found), found[-1]
        yield sealed, done


async def _chunk(sealed: Sealed, last: tuple[int, ...] | None) -> list[tuple[int, ...]]:
    """Works on the rows after `last`, in order of the key; returns the keys of those that were changed."""
    table, column, key = sealed.table, sealed.column, ", ".join(sealed.key)
    header = crypto.header(crypto.current_key_id())
    after = f" and ({key}) > ({', '.join(f'${4 + n}' for n in range(len(sealed.key)))})" if last else ""
    where = " and ".join(f"{name} = ${place}" for place, name in enumerate(sealed.key, start=2))
    async with engine.transaction():
        rows = await engine.fetch(
            f"select {key}, {column} from {table} where {column} is not null and substring({column} from 1 for $1) <> $2"
            f"{after} order by {key} limit $3 for update",
            len(header), header, CHUNK, *(last or ()),
        )  # fmt: skip
        keys = [tuple(row[name] for name in sealed.key) for row in rows]
        anew = [crypto.seal(crypto.unseal(row[column], sealed.purpose), sealed.purpose) for row in rows]
        await engine.executemany(
            f"update {table} set {column} = $1 where {where}",
            [(blob, *row_key) for blob, row_key in zip(anew, keys, strict=True)],
        )
    return keys
