"""What the platform does with one look into the folder: it answers in the name of every county outside."""

from decimal import Decimal
from pathlib import Path

from sandbox.counterpart.command import orders
from sandbox.counterpart.faults import Fault
from sandbox.counterpart.mailbox import Mailbox

AGENCY = "外省县社会养老保险中心"
YEARS = range(2021, 2026)
YEARLY, INTEREST = Decimal("300.00"), Decimal("12.50")
NOUGHTS = ["0.00"] * 7
AMOUNT_AT = 22  # of a form's row


class Platform:
    """A letter is answered with the form of somebody who paid five years; with a refusal when `refuse.csv` (ID number, reason) names
    him. A form is answered as done, unless `wait.txt` lies in the folder. `letters.csv` (name, ID number, county that asks, address)
    asks for one of ours. A question is answered."""

    def __init__(self, folder: Path, county: str, seed: str, fault: Fault | None = None) -> None:
        self.box = Mailbox(folder / "transfer", "transfer", county, fault=fault, books={"letters": 0, "refuse": {}, "open": []})
        self.books = self.box.books
        self.county, self.seed = county, seed

    def look(self, on: str) -> None:
        for number, reason, *_ in orders(self.box.folder, "refuse.csv", 2):
            self.books["refuse"][number] = reason
        for head, rows in self.box.messages(on):
            if head.type == "transfer_letter":
                for row in rows:
                    self._answer(row, on)
            elif head.type == "transfer_form":
                self.books["open"] += [[*row[:3], row[10]] for row in rows if row[0] not in {each[0] for each in self.books["open"]}]
            elif head.type == "transfer_question":
                told = [[*row[:4], "已经核对，转移记录无误", "外省经办"] for row in rows]
                self.box.send("transfer_question_answer", told, on, fault=self.box.next_fault())
        if self.books["open"] and not (self.box.folder / "wait.txt").exists():
            done = self._once([[*number, "done", on, total, ""] for *number, total in self.books["open"]])
            self.books["open"] = []
            self.box.send("transfer_completion", done, on, fault=self.box.next_fault())
        self._ask(on)
        self.box.save()

    @staticmethod
    def _once(rows: list[list[str]]) -> list[list[str]]:
        """A form has many rows, and one end."""
        return list({row[0]: row for row in rows}.values())

    def _answer(self, letter: list[str], on: str) -> None:
        number, name, id_number = letter[:3], letter[4], letter[5]
        if id_number in self.books["refuse"]:
            self.box.send("transfer_refusal", [[*number, self.books["refuse"][id_number]]], on, fault=self.box.next_fault())
            return
        total = f"{(YEARLY + INTEREST) * len(YEARS):.2f}"
        person = [*number, AGENCY, name, id_number, f"{YEARS[0]}0301", on, on[:6], str(len(YEARS)), total]
        rows = []
        for kind, fen, counts in (("contribution", YEARLY, "yes"), ("interest", INTEREST, "no")):
            rows += [[*person, str(year), kind, counts, f"{fen:.2f}", *NOUGHTS, f"{fen:.2f}", "外省审核"] for year in YEARS]
        self.box.send("transfer_form", rows, on, amount_at=AMOUNT_AT, fault=self.box.next_fault())

    def _ask(self, on: str) -> None:
        rows = []
        for name, id_number, asking, address in orders(self.box.folder, "letters.csv", 4):
            self.books["letters"] += 1
            letter_no = f"{asking}-{self.seed}-{on}-{self.books['letters']}"
            until = f"{on[:4]}1231" if on[4:6] == "12" else f"{on[:4]}{int(on[4:6]) + 1:02d}{min(int(on[6:]), 28):02d}"
            rows.append([
                letter_no, asking, self.county, AGENCY, name, id_number, address, f"{asking}010101", on, on, until, "cash",
                f"{AGENCY}收入户", "外省农商银行", "6230000000000000001", "外省经办", "0000-1234567",
            ])  # fmt: skip
        if rows:
            self.box.send("transfer_letter", rows, on, fault=self.box.next_fault())
