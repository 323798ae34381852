"""`pension rules`: which code says it keeps a rule, which tests hold it, and what nobody covers yet.

Reads docs/rules.md. Code and tests speak for themselves: a rule is covered when its number stands there.
"""

import argparse
import ast
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[1]
CODE = ("domain", "db", "web", "portal", "backoffice", "ops", "sandbox")
SUFFIXES = frozenset({".py", ".sql", ".html", ".css", ".csv"})

_RULE = re.compile(r"^- \*\*(R-\d{3})\*\* \[(N|H|S|L|ALL)\] (.+) \*\((.+)\)\*$", re.MULTILINE)
_CITED = re.compile(r"R-(\d{3})(?:…R-(\d{3}))?")

Places = dict[str, list[str]]


class Rule(Struct, frozen=True):
    id: str
    profile: str
    text: str
    source: str


def read_rules(root: Path = ROOT) -> list[Rule]:
    text = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    return [Rule(*match) for match in _RULE.findall(text)]


def cited_in(text: str) -> set[str]:
    """The numbers in a text; two with … between them stand for all from the first to the last."""
    return {
        f"R-{number:03d}"
        for first, last in _CITED.findall(text)
        for number in range(int(first), int(last or first) + 1)
    }


def in_code(root: Path = ROOT) -> Places:
    """Rule → file:line of every place in the code that names it."""
    found: Places = defaultdict(list)
    for path in sorted(path for top in CODE for path in (root / top).rglob("*") if path.suffix in SUFFIXES):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for rule in sorted(cited_in(line)):
                found[rule].append(f"{path.relative_to(root).as_posix()}:{number}")
    return found


def in_tests(root: Path = ROOT) -> Places:
    """Rule → tests marked with it, and rows of worked examples that name it in the column 规则."""
    found: Places = defaultdict(list)
    for path in sorted((root / "tests").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for test, rules in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            for rule in rules:
                found[rule].append(f"{name}::{test}")
    for path in sorted((root / "tests" / "worked").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for rule in sorted(cited_in(row.get("规则") or "")):
                    found[rule].append(f"{path.relative_to(root).as_posix()}: {row.get('说明', '')}")
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Names of tests with the rules they are marked with; a `pytestmark` of the file counts for each of them."""
    whole_file = [
        rule
        for node in tree.body
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets)
        for rule in _rules_of([node.value])
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, sorted({*whole_file, *_rules_of(node.decorator_list)})


def _rules_of(marks: Sequence[ast.expr]) -> list[str]:
    calls = [call for mark in marks for call in ast.walk(mark) if isinstance(call, ast.Call)]
    return [
        argument.value
        for call in calls
        if ast.unparse(call.func) == "pytest.mark.rule"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def report(rules: Sequence[Rule], code: Places, tests: Places) -> Iterator[str]:
    """One block a rule: its text, where the code names it, which tests hold it."""
    for rule in rules:
        yield f"{rule.id} [{rule.profile}] {rule.text}"
        yield from (f"    code   {place}" for place in code.get(rule.id, ()))
        yield from (f"    test   {place}" for place in tests.get(rule.id, ()))


def summary(rules: Sequence[Rule], code: Places, tests: Places) -> Iterator[str]:
    ids = {rule.id for rule in rules}
    untested = sorted(ids & code.keys() - tests.keys())
    uncovered = sorted(ids - code.keys() - tests.keys())
    yield f"{len(ids)} rules · named in code {len(ids & code.keys())} · held by tests {len(ids & tests.keys())}"
    yield f"named in code, held by no test ({len(untested)}): {_runs(untested)}"
    yield f"not covered yet ({len(uncovered)}): {_runs(uncovered)}"


def _runs(ids: Sequence[str]) -> str:
    """Neighbours are drawn together, first…last."""
    runs: list[list[int]] = []
    for number in (int(each[2:]) for each in ids):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"R-{run[0]:03d}" + (f"…R-{run[-1]:03d}" if len(run) > 1 else "") for run in runs)


def main(argv: Sequence[str]) -> int:
    """Exit status 1 when code or tests name a rule that docs/rules.md does not have."""
    parser = argparse.ArgumentParser(prog="pension rules", description="rule → code → tests, from docs/rules.md")
    parser.add_argument("rule", nargs="*", help="only these rules, by number")
    parser.add_argument("--summary", action="store_true", help="only the counts and what is not covered yet")
    asked = parser.parse_args(argv)
    rules, code, tests = read_rules(), in_code(), in_tests()
    shown = [rule for rule in rules if not asked.rule or rule.id in asked.rule]
    lines = [] if asked.summary else list(report(shown, code, tests))
    if not asked.rule:
        lines += summary(rules, code, tests)
    unknown = sorted((code.keys() | tests.keys() | set(asked.rule)) - {rule.id for rule in rules})
    lines += [f"{rule} is not in docs/rules.md: {code.get(rule, []) + tests.get(rule, [])}" for rule in unknown]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if unknown else 0
