"""Who stands on a list, for its paper. The first argument is the county."""

from msgspec import Struct

from db import engine
from db.crypto import unseal_text


class OnList(Struct, frozen=True, kw_only=True):
    """A line that is used, with the number of its person in clear."""

    name: str
    id_number: str
    region_code: str
    year: int
    amount_fen: int
    note: str


async def people(county_code: int, document_id: int) -> list[OnList]:
    rows = await engine.fetch(
        "select p.name, p.id_number_sealed, p.region_code, l.year, l.amount_fen, l.note from document_line l"
        " join individual_account a on a.county_code = $1 and a.id = l.account_id join person p on p.county_code = $1"
        " and p.id = a.person_id where l.county_code = $1 and l.document_id = $2 and l.state in ('good', 'booked')"
        " order by l.line_no",
        county_code, document_id,
    )  # fmt: skip
    return [
        OnList(id_number=unseal_text(row["id_number_sealed"], "person.id_number"),
               **{name: row[name] for name in OnList.__struct_fields__ if name != "id_number"})
        for row in rows
    ]  # fmt: skip
