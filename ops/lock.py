"""Write constraints.txt: what pyproject.toml asks for, resolved, pinned, with the hash of every wheel we may meet.

A maintainer's tool, `python -m ops.lock`: CPython 3.11 to 3.13 on Linux, x86_64 and aarch64. No index address is
written down; pip takes the machine's own. Versions already in the file stay, unless --upgrade is given.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

TREE = Path(__file__).parent.parent
TARGET = TREE / "constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
GLIBC = ((2, 34), (2, 28))  # two runs: some projects publish one wheel for new systems and one for older ones
HEAD = """\
# Made by `python -m ops.lock` from pyproject.toml. Installed with --require-hashes --no-deps --only-binary :all:
# Every hash belongs to a wheel for CPython 3.11, 3.12 or 3.13 on Linux, x86_64 or aarch64.
"""


def pip_report(*arguments: str) -> list[dict[str, Any]]:
    """What pip would install, without installing it."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--dry-run", "--ignore-installed"]
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        subprocess.run([*command, "--only-binary", ":all:", "--report", report.name, *arguments], check=True)
        found: list[dict[str, Any]] = json.load(report)["install"]
    return found


def resolve(keep: Path | None) -> list[str]:
    """name==version of everything needed at run time and for the tests."""
    project = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    found = pip_report(*(["-c", str(keep)] if keep else []), *wanted)
    return sorted(f"{one['metadata']['name'].lower().replace('_', '-')}=={one['metadata']['version']}" for one in found)


def platforms(machine: str, newest: tuple[int, int]) -> list[str]:
    numbered = [f"manylinux_2_{minor}_{machine}" for minor in range(newest[1], 4, -1)]
    named = [f"{name}_{machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
    return [argument for tag in numbered + named for argument in ("--platform", tag)]


def hashes(pins: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {pin: set() for pin in pins}
    for python, machine, glibc in itertools.product(PYTHONS, MACHINES, GLIBC):
        print(python, machine, glibc, flush=True)
        report = pip_report(
            "--no-deps", "--target", "unused", "--python-version", python, *platforms(machine, glibc), *pins
        )
        for pin, one in zip(pins, sorted(report, key=_name), strict=True):
            found[pin].add(one["download_info"]["archive_info"]["hashes"]["sha256"])
    return found


def _name(one: dict[str, Any]) -> str:
    return f"{one['metadata']['name'].lower().replace('_', '-')}=={one['metadata']['version']}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as keep:
        if TARGET.exists() and not parser.parse_args().upgrade:
            lines = TARGET.read_text(encoding="utf-8").splitlines()
            keep.write("\n".join(line.removesuffix(" \\") for line in lines if "==" in line))
            keep.flush()
        pins = resolve(Path(keep.name))
    text = HEAD
    for pin, found in hashes(pins).items():
        text += " \\\n    ".join([pin, *(f"--hash=sha256:{digest}" for digest in sorted(found))]) + "\n"
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
