"""What the finance bureau does with one look into the folder."""

from decimal import ROUND_DOWN, Decimal
from pathlib import Path

from sandbox.counterpart.command import orders
from sandbox.counterpart.faults import Fault
from sandbox.counterpart.mailbox import Mailbox

BANK = "青禾县农村商业银行"
# The purse of each column of a request that has one.
PURSES = {6: "subsidy_province", 7: "subsidy_city", 8: "subsidy_county", 9: "government_paid"}


class Bureau:
    """Pays `part` percent of each purse at once and the rest when `rest.txt` lies in the folder. `arrive.csv` (purse, amount,
    number of the request) is money that came by itself."""

    def __init__(self, folder: Path, county: str, seed: str, fault: Fault | None = None, part: int = 100) -> None:
        self.box = Mailbox(folder / "finance", "finance", county, fault=fault, books={"owed": {}, "slip": 0})
        self.books = self.box.books
        self.seed, self.part = seed, part

    def look(self, on: str) -> None:
        for head, rows in self.box.messages(on):
            if head.type == "subsidy_request":
                self._pay(rows, on)
        rest = self.box.folder / "rest.txt"
        if rest.exists():
            rest.unlink()
            owed, self.books["owed"] = self.books["owed"], {}
            self._notify(
                [(purse, Decimal(left), no) for no, purses in owed.items() for purse, left in purses.items()], on
            )
        came = [(row[0], Decimal(row[1]), row[2]) for row in orders(self.box.folder, "arrive.csv", 3)]
        self._notify(came, on)
        self.box.save()

    def _pay(self, rows: list[list[str]], on: str) -> None:
        asked: dict[tuple[str, str], Decimal] = {}
        for row in rows:
            for column, purse in PURSES.items():
                asked[row[0], purse] = asked.get((row[0], purse), Decimal(0)) + Decimal(row[column])
        arrived = []
        for (request, purse), amount in asked.items():
            paid = (amount * self.part / 100).quantize(Decimal("0.01"), ROUND_DOWN)
            arrived.append((purse, paid, request))
            if amount > paid:
                self.books["owed"].setdefault(request, {})[purse] = f"{amount - paid:.2f}"
        self._notify(arrived, on)

    def _notify(self, arrived: list[tuple[str, Decimal, str]], on: str) -> None:
        """A purse that pays nothing is left out."""
        rows = []
        for purse, amount, request in arrived:
            if amount > 0:
                self.books["slip"] += 1
                slip = f"CZ{self.seed}{on}{self.books['slip']:04d}"
                rows.append([slip, BANK, on, purse, f"{amount:.2f}", request, ""])
        if rows:
            self.box.send("arrival_notice", rows, on, amount_at=4, fault=self.box.next_fault())
