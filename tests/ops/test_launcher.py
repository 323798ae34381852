"""The launcher before there is anything but Python, and the list of what it installs."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

TREE = Path(__file__).parents[2]
CONSTRAINTS = (TREE / "constraints.txt").read_text(encoding="utf-8")


@pytest.fixture
def launcher(tmp_path: Path) -> ModuleType:
    """The script as a module, in a tree of its own."""
    for name in ("pension", "constraints.txt", "pyproject.toml"):
        shutil.copy(TREE / name, tmp_path / name)
    loader = SourceFileLoader("launcher", str(tmp_path / "pension"))
    spec = spec_from_loader("launcher", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_environment_is_stale_when_a_pin_changes_and_current_when_nothing_does(launcher: ModuleType) -> None:
    before = launcher.wanted()
    assert launcher.wanted() == before
    with Path(launcher.TREE, "constraints.txt").open("a", encoding="utf-8") as file:
        file.write("one-more==1.0\n")
    assert launcher.wanted() != before


def test_without_venv_a_normal_user_is_told_the_line(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="sudo apt-get install -y --no-install-recommends python3-venv"):
        launcher.install_venv()


def test_a_python_that_does_not_fit_hands_over_or_says_which_does(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit, match=r"Python 3\.11, 3\.12 or 3\.13 is needed"):
        launcher.use_another_python()


def test_the_launcher_can_be_read_by_an_old_python() -> None:
    source = (TREE / "pension").read_text(encoding="utf-8")
    assert not re.search(r"\bf\"|:=|match |print .*file=.*end=", source)
    compile(source, "pension", "exec", dont_inherit=True)


def test_a_command_that_does_not_exist_is_refused_with_the_list() -> None:
    asked = subprocess.run([sys.executable, "-m", "ops", "dmeo"], capture_output=True, text=True, cwd=TREE, check=False)
    assert asked.returncode == 2
    assert "demo" in asked.stderr


def test_every_pin_has_a_hash_and_no_address_stands_in_the_list() -> None:
    blocks = [block for block in re.split(r"\n(?=\S)", CONSTRAINTS) if not block.startswith("#")]
    assert len(blocks) > 50
    for block in blocks:
        assert re.match(r"[a-z0-9-]+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n?$", block), block
    assert "://" not in CONSTRAINTS


def test_everything_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.split(r"[\[=<> ]", name)[0] for name in project["dependencies"] + project["optional-dependencies"]["dev"]
    }
    assert wanted - set(re.findall(r"^([a-z0-9-]+)==", CONSTRAINTS, re.MULTILINE)) == set()
