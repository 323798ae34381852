"""What the bank does with one look into the folder."""

import csv
import random
import re
from decimal import Decimal
from pathlib import Path

from sandbox.counterpart.command import orders
from sandbox.counterpart.faults import Fault
from sandbox.counterpart.mailbox import Mailbox
from sandbox.counterpart.wire import Form

ENCODING, END = "gb18030", "\r\n"
# A character of four bytes, one beyond the basic plane and one of the private use area.
RARE = ["䶮㐂𠮷\ue863", "43990119881111001X"]


class Branch:
    """`accounts.csv` (account, holder, ID number, balance) says what people have; without it every account is there, with a
    balance that `seed` decides. `collect.csv` (name, ID number, year, amount[, branch]) is what came in at the counter,
    `opened.csv` (name, ID number, kind) who had an account opened there."""

    def __init__(self, folder: Path, code: str, county: str, seed: str, fault: Fault | None = None) -> None:
        books = {"balances": {}, "done": {}, "serial": 0, "opened": {}, "later": []}
        self.box = Mailbox(folder / "bank" / code, code, county, Form(ENCODING, END), fault, books)
        self.books = self.box.books
        self.seed = seed
        self.holders = self._holders()

    def _holders(self) -> dict[str, list[str]] | None:
        path = self.box.folder / "accounts.csv"
        if not path.exists():
            return None
        with path.open(encoding="utf-8-sig", newline="") as file:
            listed = {row[0].strip(): [cell.strip() for cell in row[1:4]] for row in csv.reader(file) if len(row) == 4}
        return {**listed, **self.books["opened"]}

    def look(self, on: str) -> None:
        for kind, rows in self.books.pop("later"):
            self.box.send(kind, rows, on)
        self.books["later"] = []
        for head, rows in self.box.messages(on):
            if head.type == "account_opening":
                self._answer("account_opened", [self._open(row) for row in rows], on)
            elif head.type == "account_check":
                self._answer("account_checked", [[row[0], self._whose(row)] for row in rows], on)
        walked_in = list(orders(self.box.folder, "opened.csv", 3))
        if walked_in:
            self._answer("account_opened", [self._open(["0", *row[:3], "", ""]) for row in walked_in], on)
        for name, data in self.box.arrived(".TXT"):
            try:
                self._batch(name, data)
            except ValueError as wrong:
                self.box.refuse(name, str(wrong), on)
        paid = [(*row, "")[:5] for row in orders(self.box.folder, "collect.csv", 4)]
        if paid:
            self.collect(paid, on)
        self.box.save()

    # ------------------------------------------------------------ debit and sign files

    def _batch(self, name: str, data: bytes) -> None:
        """A batch that came before is answered as it was then, and nothing is debited again."""
        before = self.books["done"].get(name)
        fault = self.box.next_fault()
        text = data.decode(ENCODING)
        if before and before["data"] != text:
            raise ValueError("同一批次已经收过内容不同的文件")
        if not before:
            rows = [line.removesuffix("|").split("|") for line in text.split(END)[:-1]]
            spoiled = fault is Fault.RETURNED_LINE
            if name.startswith(("DK", "DF", "BT")):
                done, failed = self._debit(rows, spoiled) if name.startswith("DK") else self._pay(rows, spoiled)
            else:
                done, failed = self._sign(rows)
            before = {"data": text, "S": done, "F": failed}
            self.books["done"][name] = before
        for mark in ("F", "S"):  # once `_S` is there, so is `_F`
            returned = "".join("|".join(row) + END for row in before[mark]).encode(ENCODING)
            if fault is Fault.HALF_FILE and mark == "S":
                returned = returned[: len(returned) * 2 // 3]
            self.box.put(name.replace(".TXT", f"_{mark}.TXT"), returned)

    def _debit(self, rows: list[list[str]], spoiled: bool) -> tuple[list[list[str]], list[list[str]]]:
        """In the order of the list. Once an account is short, nothing more is taken from it, not even less. `spoiled`: the
        first row fails for no reason of its own."""
        _of_width(rows, 7)
        _with_amounts(rows)
        done, failed = [], []
        short: set[str] = set()
        for participant, name, number, amount, _, account, _ in rows:
            balance = self._balance(account)
            if spoiled:
                wrong, spoiled = "账户已冻结", False
            elif balance is None:
                wrong = "账户不存在"
            elif account in short or Decimal(amount) > balance:
                wrong = "余额不足"
                short.add(account)
            else:
                self.books["balances"][account] = f"{balance - Decimal(amount):.2f}"
                done.append([participant, name, number, account])
                continue
            failed.append([participant, name, number, wrong])
        return done, failed

    def _pay(self, rows: list[list[str]], spoiled: bool) -> tuple[list[list[str]], list[list[str]]]:
        """Pensions, into accounts that are there and bear the name. `spoiled` as for debits."""
        _of_width(rows, 7)
        _with_amounts(rows)
        done, failed = [], []
        for participant, name, number, amount, _, account, _ in rows:
            holder = self.holders.get(account) if self.holders is not None else [name, number]
            wrong = "账户不存在" if holder is None else "户名不符" if holder[0] != name else ""
            if spoiled and not wrong:
                wrong, spoiled = "账户已冻结", False
            if wrong:
                failed.append([participant, name, number, wrong])
            else:
                self.books["balances"][account] = f"{(self._balance(account) or Decimal(0)) + Decimal(amount):.2f}"
                done.append([participant, name, number, account])
        return done, failed

    def _sign(self, rows: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
        _of_width(rows, 4)
        done, failed = [], []
        for participant, number, name, account in rows:
            holder = self.holders.get(account) if self.holders is not None else [name, number]
            wrong = "账户不存在" if holder is None else "户名或证件号码不符" if holder[:2] != [name, number] else ""
            if wrong:
                failed.append([participant, name, number, wrong])
            else:
                done.append([participant, name, number, account])
        return done, failed

    def _balance(self, account: str) -> Decimal | None:
        if account in self.books["balances"]:
            return Decimal(self.books["balances"][account])
        if self.holders is None:
            chance = random.Random(f"{self.seed} {account}")
            return Decimal(chance.choice((0, 500, 2000, 10000)))
        return Decimal(self.holders[account][2]) if account in self.holders else None

    # ------------------------------------------------------------ cards and accounts

    def _open(self, asked: list[str]) -> list[str]:
        number, name, id_number, kind, _, _ = asked
        self.books["serial"] += 1
        account = f"62179943{self.seed[:3]:0>3}{self.books['serial']:08d}"
        self.books["opened"][account] = [name, id_number, "0.00"]
        if self.holders is not None:
            self.holders[account] = self.books["opened"][account]
        return [number, name, id_number, kind, account, ""]

    def _whose(self, asked: list[str]) -> str:
        _, name, id_number, account = asked
        holder = self.holders.get(account) if self.holders is not None else [name, id_number]
        return "no_such" if holder is None else "verified" if holder[:2] == [name, id_number] else "name_differs"

    def _answer(self, kind: str, rows: list[list[str]], on: str) -> None:
        fault = self.box.next_fault()
        if fault is Fault.RETURNED_LINE:
            rows[0] = [rows[0][0], "closed"] if kind == "account_checked" else [*rows[0][:4], "", "证件已经过期"]
        if fault is Fault.LATER_LINES:
            half = len(rows) // 2
            self.books["later"].append([kind, rows[half:]])
            rows = rows[:half]
        self.box.send(kind, rows, on, fault=fault)
        if fault is Fault.OTHER_ANSWER and kind == "account_opened":
            self.box.send(kind, [[*row[:4], f"{row[4]}9", ""] for row in rows], on)

    # ------------------------------------------------------------ the counter

    def collect(self, people: list[tuple[str, ...]], on: str) -> None:
        fault = self.box.next_fault()
        if fault is Fault.GBK_RARE:
            people = [*people, (*RARE, on[:4], "200.00", "")]
        rows = []
        for name, number, year, amount, branch in people:
            self.books["serial"] += 1
            serial = f"{self.box.sender}{self.seed}{on}{self.books['serial']:06d}"
            rows.append([serial, name, number, year, f"{Decimal(amount):.2f}", on, branch])
        self.box.send("collection", rows, on, amount_at=4, fault=fault)


def _of_width(rows: list[list[str]], width: int) -> None:
    for line, row in enumerate(rows, start=1):
        if len(row) != width:
            raise ValueError(f"第{line}行应当有{width}列，实际{len(row)}列，整份文件退回")


def _with_amounts(rows: list[list[str]]) -> None:
    """Looked at before anything is debited: a batch is sent back whole."""
    for line, row in enumerate(rows, start=1):
        if not re.fullmatch(r"\d+\.\d{2}", row[3]):
            raise ValueError(f"第{line}行的金额读不懂，整份文件退回")
