from pathlib import Path

import pytest

from ops import rules


def test_all_520_rules_are_read_in_order() -> None:
    assert [rule.id for rule in rules.read_rules()] == [f"R-{number:03d}" for number in range(1, 521)]
    enrollment = rules.read_rules()[41]
    assert (enrollment.profile, enrollment.text, enrollment.source) == (
        "N",
        "Result told within 3 working days",
        "规程§8",
    )


def test_code_and_tests_name_only_rules_that_exist() -> None:
    known = {rule.id for rule in rules.read_rules()}
    assert rules.in_code().keys() - known == set()
    assert rules.in_tests().keys() - known == set()


def project(root: Path) -> Path:
    for folder in ("docs", "domain", "tests/worked"):
        (root / folder).mkdir(parents=True)
    rule = "- **R-00{}** [ALL] Rule {} *(规程§{} (superseded))*\n"
    (root / "docs" / "rules.md").write_text("".join(rule.format(n, n, n) for n in range(1, 6)), encoding="utf-8")
    (root / "domain" / "a.py").write_text('"""Keeps R-001…R-003."""\n\n# (R-004)\n', encoding="utf-8")
    (root / "tests" / "test_a.py").write_text(
        "import pytest\npytestmark = pytest.mark.rule('R-002')\n"
        "@pytest.mark.rule('R-003')\ndef test_one(): ...\nasync def test_two(): ...\n",
        encoding="utf-8",
    )
    (root / "tests" / "worked" / "b.csv").write_text("说明,规则\n例子,R-003 R-004\n", encoding="utf-8")
    return root


def test_a_rule_is_followed_into_code_tests_and_worked_examples(tmp_path: Path) -> None:
    root = project(tmp_path)
    code, tests = rules.in_code(root), rules.in_tests(root)
    assert code == {f"R-00{n}": ["domain/a.py:1"] for n in (1, 2, 3)} | {"R-004": ["domain/a.py:3"]}
    assert tests == {
        "R-002": ["tests/test_a.py::test_one", "tests/test_a.py::test_two"],
        "R-003": ["tests/test_a.py::test_one", "tests/worked/b.csv: 例子"],
        "R-004": ["tests/worked/b.csv: 例子"],
    }
    read = rules.read_rules(root)
    assert read[0].source == "规程§1 (superseded)"
    assert list(rules.summary(read, code, tests)) == [
        "5 rules · named in code 4 · held by tests 3",
        "named in code, held by no test (1): R-001",
        "not covered yet (1): R-005",
    ]
    assert list(rules.report(read[2:3], code, tests))[1:] == [
        "    code   domain/a.py:1",
        "    test   tests/test_a.py::test_one",
        "    test   tests/worked/b.csv: 例子",
    ]


def test_the_command_prints_one_rule_and_refuses_an_unknown_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main(["R-031"]) == 0
    assert capsys.readouterr().out.startswith("R-031 [ALL] Age ≥ 16")
    assert rules.main(["R-999"]) == 1
    assert "R-999 is not in docs/rules.md" in capsys.readouterr().out
