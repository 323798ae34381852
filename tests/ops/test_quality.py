"""Style and types are part of the suite: what fails here fails for everybody."""

import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("tool", [["ruff", "check", "--quiet", "."], ["mypy"]], ids=["ruff", "mypy"])
def test_the_tool_has_nothing_to_say(tool: list[str]) -> None:
    found = subprocess.run([sys.executable, "-m", *tool], cwd=TREE, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
