"""No float, no clock and no environment inside domain/: the day and the actor come in as arguments."""

import ast
from pathlib import Path

import pytest

from tests.guards.test_layers import ROOT, module_of

BANNED_CALLS = {"today", "now", "utcnow", "float", "getenv"}
BANNED_NAMES = {"environ"}
FILES = sorted((ROOT / "domain").rglob("*.py"))


def offences(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"line {node.lineno}: float")
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in BANNED_CALLS:
                found.append(f"line {node.lineno}: {name}()")
        if isinstance(node, ast.Attribute) and node.attr in BANNED_NAMES:
            found.append(f"line {node.lineno}: {node.attr}")
    return found


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_domain_has_no_float_no_clock_and_no_environment(path: Path) -> None:
    assert offences(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_guard_sees_a_clock_and_a_float() -> None:
    assert len(offences(ast.parse("import datetime\nx = 0.5\ny = datetime.date.today()\n"))) == 2
