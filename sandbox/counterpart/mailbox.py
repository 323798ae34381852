"""A partner's side of the exchange folder: takes what the agency put into `out`, puts its own files into `in`.

What it remembers between two looks (numbers, digests, its own books) lies in `simulator/state.json` beside them, and every
file it ever sent beside that, so that it can send it again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.counterpart import wire
from sandbox.counterpart.faults import Fault, spoil
from sandbox.counterpart.wire import Form, Head


@dataclass
class Mailbox:
    """`fault` spoils the next file that is not an answer; the name of a fault in `fault.txt` does the same while it runs."""

    folder: Path
    sender: str
    county: str
    form: Form = field(default_factory=Form)
    fault: Fault | None = None
    books: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("out", "in", "done", "simulator"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._file = self.folder / "simulator" / "state.json"
        self.books |= {"next": 1, "taken": {}, "asked": [], "held": []}
        if self._file.exists():
            self.books |= json.loads(self._file.read_text(encoding="utf-8"))

    def save(self) -> None:
        _write(self._file, json.dumps(self.books, ensure_ascii=False, indent=1).encode())

    # ------------------------------------------------------------ taking

    def arrived(self, ending: str) -> Iterator[tuple[str, bytes]]:
        """Files of the agency, oldest name first; each is in `done` from then on, whatever becomes of it."""
        for path in sorted((self.folder / "out").glob(f"*{ending}")):
            taken = path.replace(self.folder / "done" / path.name)
            yield path.name, taken.read_bytes()

    def messages(self, on: str) -> Iterator[tuple[Head, list[list[str]]]]:
        """Numbered files that are whole and new. All others are answered here; what the agency asks for again is sent."""
        for name, data in self.arrived(".txt"):
            try:
                head = wire.head_of(data)
                taken = self.books["taken"].get(str(head.sequence))
                if taken == head.digest:
                    self._answer(name, head, "repeated", "", on)
                    continue
                if taken:
                    raise ValueError("同一编号已经收过内容不同的文件")
                head, rows = wire.unpack(data, self.form)
                if head.county != self.county:
                    raise ValueError("不是本县的文件")
            except ValueError as wrong:
                self._refuse(name, data, str(wrong), on)
                continue
            self.books["taken"][str(head.sequence)] = head.digest
            self._ask_for_missing(head, on)
            if head.type == "ack":
                self._hear(rows, on)
                continue
            self._answer(name, head, "accepted", "", on)
            yield head, rows

    def _ask_for_missing(self, head: Head, on: str) -> None:
        """What should have come before this file and did not is asked for, once."""
        missing = [
            number
            for number in range(1, head.sequence)
            if str(number) not in self.books["taken"] and number not in self.books["asked"]
        ]
        self.books["asked"] += missing
        if missing:
            self.send("ack", [["", str(number), "", "missing", ""] for number in missing], on)

    def _refuse(self, name: str, data: bytes, reason: str, on: str) -> None:
        try:
            head = wire.head_of(data)
        except ValueError:
            head = Head("", "agency", self.county, 0, on)
        self._answer(name, head, "refused", reason, on)

    def refuse(self, name: str, reason: str, on: str) -> None:
        """Answers a file that has no number."""
        self._answer(name, Head("", "agency", self.county, 0, on), "refused", reason, on)

    def _answer(self, name: str, head: Head, answer: str, reason: str, on: str) -> None:
        digest = head.digest if len(head.digest) == 64 else ""
        self.send("ack", [[name, str(head.sequence), digest, answer, reason]], on)

    def _hear(self, rows: list[list[str]], on: str) -> None:
        for name, sequence, _, answer, _ in rows:
            if answer not in ("refused", "missing"):
                continue
            kept = self.folder / "simulator"
            sent = sorted(kept.glob(f"*_{int(sequence):08d}.txt")) or [
                path for path in (kept / name,) if path.is_file()
            ]
            for path in sent:
                _write(self.folder / "in" / path.name, path.read_bytes())
            if not sent and answer == "missing":  # a number that was skipped is filled with an empty answer
                self._put(Head("ack", self.sender, self.county, int(sequence), on), [], None, None)

    # ------------------------------------------------------------ sending

    def next_fault(self) -> Fault | None:
        """What is to go wrong with the next file; it goes wrong once."""
        asked = self.folder / "fault.txt"
        if asked.exists():
            name = asked.read_text(encoding="utf-8").strip()
            asked.unlink()
            self.fault = Fault(name)
        fault, self.fault = self.fault, None
        return fault

    def send(
        self, kind: str, rows: list[list[str]], on: str, amount_at: int | None = None, fault: Fault | None = None
    ) -> int:
        """The number under which it goes. A file that is held back follows the next one."""
        self.books["next"] += fault is Fault.GAP
        sequence = int(self.books["next"])
        self.books["next"] += 1
        self._put(Head(kind, self.sender, self.county, sequence, on), rows, amount_at, fault)
        self.save()
        return sequence

    def _put(self, head: Head, rows: list[list[str]], amount_at: int | None, fault: Fault | None) -> None:
        name = f"{head.county}_{head.sender}_{head.type}_{head.on}_{head.sequence:08d}.txt"
        data = wire.pack(head, rows, self.form, amount_at)
        _write(self.folder / "simulator" / name, data)
        if fault is Fault.LATE_FILE:
            self.books["held"].append(name)
            return
        _write(self.folder / "in" / name, spoil(fault, head, data, self.form))
        if fault is Fault.DUPLICATE:
            _write(self.folder / "in" / name.replace(".txt", "_again.txt"), data)
        if head.type != "ack":
            self._release()

    def _release(self) -> None:
        for name in self.books["held"]:
            _write(self.folder / "in" / name, (self.folder / "simulator" / name).read_bytes())
        self.books["held"] = []

    def put(self, name: str, data: bytes) -> None:
        """A file without a number."""
        _write(self.folder / "in" / name, data)


def _write(path: Path, data: bytes) -> None:
    """Appears whole or not at all."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
