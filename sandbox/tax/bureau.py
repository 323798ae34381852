"""What the tax bureau does with one look into the folder."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.counterpart.command import orders
from sandbox.counterpart.faults import Fault
from sandbox.counterpart.mailbox import Mailbox

PERSONAL = "1"


class Bureau:
    """`pay.csv` (number, name, year, amount[, item]) says who pays; `refund.csv` (voucher, number, year, reason) who asks for
    money back. Both are read once. `seed` is part of every voucher number."""

    def __init__(self, folder: Path, county: str, seed: str, fault: Fault | None = None) -> None:
        books: dict[str, Any] = {"days": {}, "payments": {}, "refunds": {}}
        self.box = Mailbox(folder / "tax", "tax", county, fault=fault, books=books)
        self.books = self.box.books
        self.seed = seed

    def look(self, on: str) -> None:
        for head, rows in self.box.messages(on):
            if head.type == "registration":
                self._register(head.sequence, rows, on)
            elif head.type == "special_contribution_determination":
                self._collect_special(rows, on)
            elif head.type == "refund_verification":
                self._pay_back(rows, on)
        paid = [(*row, PERSONAL)[:5] for row in orders(self.box.folder, "pay.csv", 4)]
        if paid:
            self.collect(paid, on)
        self._ask_for_refunds(on)
        self.box.save()

    # ------------------------------------------------------------ answers

    def _register(self, sequence: int, rows: list[list[str]], on: str) -> None:
        fault = self.box.next_fault()
        answers = []
        for line, row in enumerate(rows, start=2):
            wrong = "登记信息有误，请核对" if fault is Fault.RETURNED_LINE and line == 2 else ""
            answers.append([str(sequence), str(line), row[1], "refused" if wrong else "agreed", wrong])
        self.box.send("registration_ack", answers, on, fault=fault)

    def _collect_special(self, rows: list[list[str]], on: str) -> None:
        booked = []
        for determination, number, name, year, item, amount, *_ in rows:
            voucher = self._voucher(on)
            self._remember(voucher, number, name, year, amount)
            booked.append([determination, voucher, number, name, year, item, amount, on])
        self._send_payments("special_contribution_booked", booked, on, amount_at=6)

    def _pay_back(self, rows: list[list[str]], on: str) -> None:
        done = []
        for request, number, verdict, amount, _ in rows:
            voucher = self.books["refunds"].pop(request, None)
            if verdict == "agreed" and voucher:
                done.append([request, voucher, number, amount, on])
        if done:
            self.box.send("refund_done", done, on, amount_at=3, fault=self.box.next_fault())

    # ------------------------------------------------------------ what it does by itself

    def collect(self, people: list[tuple[str, ...]], on: str) -> None:
        """The details of what people paid, and then the reconciliation of the day."""
        rows = []
        for number, name, year, amount, item in people:
            voucher = self._voucher(on)
            self._remember(voucher, number, name, year, amount)
            rows.append([voucher, number, name, year, item, f"{Decimal(amount):.2f}", on])
        self._send_payments("payment_detail", rows, on, amount_at=5)

    def _send_payments(self, kind: str, rows: list[list[str]], on: str, amount_at: int) -> None:
        sequence = self.box.send(kind, rows, on, amount_at, self.box.next_fault())
        total = sum((Decimal(row[amount_at]) for row in rows), Decimal(0))
        day = self.books["days"].setdefault(on, [])
        day.append([str(sequence), on, str(len(rows)), f"{total:.2f}"])
        self.box.send("daily_reconciliation", day, on, amount_at=3)

    def _ask_for_refunds(self, on: str) -> None:
        asked = []
        for voucher, number, year, reason in orders(self.box.folder, "refund.csv", 4):
            payment = self.books["payments"].get(f"{voucher} {number} {year}")
            if payment is None:
                print(f"refund.csv: nothing was paid with {voucher}")
                continue
            self.books["requests"] = self.books.get("requests", 0) + 1
            request = f"TF{on}{self.books['requests']:04d}"
            self.books["refunds"][request] = voucher
            asked.append([request, voucher, number, payment[0], year, payment[1], on, reason])
        if asked:
            self.box.send("refund_request", asked, on, amount_at=5, fault=self.box.next_fault())

    def _remember(self, voucher: str, number: str, name: str, year: str, amount: str) -> None:
        self.books["payments"][f"{voucher} {number} {year}"] = [name, f"{Decimal(amount):.2f}"]

    def _voucher(self, on: str) -> str:
        return f"3{self.seed}{on}{len(self.books['payments']) + 1:06d}"
