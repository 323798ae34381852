"""What pip cannot bring: pango for PDF, Chromium for the browser tests. Root gets it through apt, others get the line."""

import ctypes.util
import os
import shutil
import subprocess
import sys

PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
PANGO_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
CHROMIUM = ("chromium",)


def has_pango() -> bool:
    return all(ctypes.util.find_library(name) for name in PANGO_LIBRARIES)


def chromium() -> str | None:
    """The browser's path. A browser named in PENSION_CHROMIUM comes first."""
    named = os.environ.get("PENSION_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def line(packages: tuple[str, ...]) -> str:
    """What a person has to type."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(packages: tuple[str, ...]) -> bool:
    """True if apt installed them; False where we are not root or there is no apt."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print(f"Installing {' '.join(packages)} …", file=sys.stderr, flush=True)
    wanted = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return _quietly("apt-get", "update", "-qq") and _quietly(*wanted)


def _quietly(*command: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment) == 0
