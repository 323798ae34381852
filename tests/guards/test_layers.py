"""Who may import whom: one table, read by eye, checked on every run."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What a layer may import of ours. The longest matching name on the left rules a module.
MAY_IMPORT: dict[str, set[str]] = {
    "portal": {"portal", "web", "domain", "db.queries"},
    "backoffice": {"backoffice", "web", "domain", "db.queries"},
    # Sessions and files are web's own: it stores them through the security stores and seals them with the field cipher.
    "web": {"web", "domain", "db.queries", "db.stores.security", "db.crypto", "db.engine"},
    "domain": {"domain", "db.stores", "db.queries", "db.engine"},
    "domain.rules": {"domain.rules", "domain.codes", "domain.funds", "domain.money", "domain.months", "domain.timeline", "domain.calendar", "domain.parameters",
                     "domain.identity", "domain.trace", "domain.errors", "domain.actor"},
    # Formats: bytes and structs only. Of the database's packages they use the digest, which is a function of bytes.
    "domain.exchange": {"domain.exchange", "domain.errors", "domain.money", "db.crypto"},
    "domain.local": {"domain.local", "domain.case.chain", "domain.actor"},
    "domain.case.chain": {"domain.actor"},
    "db": {"db"},
    "ops": {"ops", "portal", "backoffice", "web", "domain", "db"},
    "sandbox": {"sandbox"},
    "bench": {"bench", "ops", "portal", "backoffice", "web", "domain", "db"},
}  # fmt: skip

# Third-party packages that belong to one layer.
ONLY_IN: dict[str, set[str]] = {
    "litestar": {"portal", "backoffice", "web", "sandbox", "bench"},
    "piccolo": {"db"},
    "asyncpg": {"db", "ops", "bench", "domain.case.flow"},
    "cryptography": {"db", "sandbox"},
    "authlib": {"web"},
    "joserfc": {"web", "sandbox"},
    "argon2": {"web"},
    "pyotp": {"web", "ops"},
    "weasyprint": {"web"},
    "qrcode": {"web"},
    "PIL": {"web"},
    "granian": {"ops", "sandbox", "backoffice.app"},
}

# Only these open transactions: the door of cases, runs and the job queue, imports, and the security stores.
OPENS_TRANSACTIONS = {
    "bench", "db", "domain.access", "domain.agency", "domain.benefit_news", "domain.benefit_notices", "domain.benefits", "domain.case.flow",
    "domain.contribution_papers", "domain.contributions", "domain.finance", "domain.payment_list", "domain.payments",
    "domain.person_file", "domain.redetermination", "domain.runs.run", "domain.statements", "domain.subsidies",
    "domain.settlement", "domain.transfers.desk", "domain.transfers.post", "domain.verify", "ops",
}  # fmt: skip


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in names)


OURS = sorted({name.split(".")[0] for name in MAY_IMPORT})
FILES = sorted(path for top in OURS for path in (ROOT / top).rglob("*.py"))


def rule_for(module: str) -> set[str]:
    return MAY_IMPORT[max((name for name in MAY_IMPORT if within(module, {name})), key=len)]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_one_way(path: Path) -> None:
    module = module_of(path)
    for name in imports(path):
        if name.split(".")[0] in OURS:
            assert within(name, rule_for(module)), f"{module} may not import {name}"
        for package, layers in ONLY_IN.items():
            if within(name, {package}):
                assert within(module, layers), f"{module} may not import {package}"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_transactions_are_opened_in_few_places(path: Path) -> None:
    module = module_of(path)
    if within(module, OPENS_TRANSACTIONS):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert called != "transaction", f"{module}:{node.lineno} opens a transaction"


def test_only_the_door_moves_a_case() -> None:
    """Nothing outside flow calls the stores that write a case's state or its events."""
    writers = {"change", "append_event", "begin_pause", "end_pause", "insert_draft", "set_clock", "add_commitment", "take_back_commitment"}
    for path in FILES:
        module = module_of(path)
        if within(module, {"domain.case.flow", "db.stores.cases", "bench"}):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "cases":
                assert node.attr not in writers, f"{module}:{node.lineno} writes a case past the door"


def test_the_guard_sees_a_forbidden_import(tmp_path: Path) -> None:
    """The guard can fail."""
    bad = tmp_path / "bad.py"
    bad.write_text("from db.stores import cases\nimport litestar\n", encoding="utf-8")
    assert imports(bad) == ["db.stores.cases", "litestar"]
    assert not within("db.stores.cases", rule_for("portal.bad"))
    assert within("db.queries.people", rule_for("portal.bad"))
