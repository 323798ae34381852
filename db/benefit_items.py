"""What a month's pension is made of, as columns: one for each part and who pays it (R-225).

A part is a column, not a row, as a source of funds is (docs/decisions/0009): a month of a county is one row a person.
domain/benefits.py names the same parts; a test compares both with the tables.
"""

from db.funds import FUNDS

ITEMS = (
    "basic_central", "basic_province", "basic_city", "basic_county",
    "long_province", "long_city", "long_county", "age_province", "age_city", "age_county",
    *(f"account_{fund}" for fund in FUNDS),
)  # fmt: skip
COLUMNS = tuple(f"{item}_fen" for item in ITEMS)
AMOUNTS = ", ".join(COLUMNS)
