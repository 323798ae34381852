"""The sources of funds as columns, for every statement that touches account_balance or ledger_entry.

A source is a pair of columns, not a row (docs/decisions/0009). domain/funds.py names the same sources; a test compares
both with fund_source.
"""

FUNDS = (
    "personal", "collective", "other_assistance", "subsidy_province", "subsidy_city", "subsidy_county",
    "government_paid", "land_loss",
)  # fmt: skip
AMOUNTS = ", ".join(f"{fund}_fen" for fund in FUNDS)
# Sums of one row: of account_balance b, of ledger_entry e.
PRINCIPAL = "(" + " + ".join(f"b.{fund}_fen" for fund in FUNDS) + ")"
INTEREST = "(" + " + ".join(f"b.{fund}_interest_fen" for fund in FUNDS) + ")"
TOTAL = f"({PRINCIPAL} + {INTEREST})"
ENTRY_TOTAL = "(" + " + ".join(f"coalesce(e.{fund}_fen, 0)" for fund in FUNDS) + ")"
