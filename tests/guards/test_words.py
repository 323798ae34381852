"""The project speaks of itself only: no registry host, no path of a machine, no secret in any file."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Spelled so that this file does not find itself.
WORDS = ("/ro" + "ot/[a-z]", "/ho" + "me/[a-z]", "--index" + "-url", "files[.]python" + "hosted", "registry[.]np" + "mjs",
         "BEGIN [A-Z ]*PRIVATE" + " KEY")  # fmt: skip
SHORT = re.compile("|".join(WORDS))
SKIP = {".png", ".ico", ".otf", ".woff2"}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_no_file_names_a_host_a_path_or_a_secret() -> None:
    bad = []
    for path in tracked():
        if path.suffix in SKIP or not path.is_file() or "vendor" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if SHORT.search(line):
                bad.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert bad == []


def test_the_guard_sees_a_path() -> None:
    assert SHORT.search("see /ro" + "ot/project")
