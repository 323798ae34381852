"""The fonts documents are set in, and which characters they lack (R-519).

Noto Serif SC and Noto Sans SC come with a wheel. HanaMin is used where the machine has it (`apt-get install
fonts-hanazono`): it adds the rest of GB 18030-2022 level 3.
"""

import unicodedata
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

SYSTEM_FONTS = Path("/usr/share/fonts")

_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
{folders}
<cachedir>{cache}</cachedir>
<config><rescan><int>0</int></rescan></config>
</fontconfig>
"""


def font_files() -> list[Path]:
    bundled = [pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path()]
    return bundled + sorted(SYSTEM_FONTS.rglob("HanaMin*.[ot]tf"))


def write_settings(folder: Path) -> Path:
    """Writes a fontconfig file that knows our fonts and no others, its cache beside it. `folder` must be writable."""
    folders = sorted({path.parent for path in font_files()})
    settings = folder / "fonts.conf"
    listed = "\n".join(f"<dir>{escape(str(path))}</dir>" for path in folders)
    settings.write_text(_SETTINGS.format(folders=listed, cache=escape(str(folder / "cache"))), encoding="utf-8")
    return settings


@cache
def _covered() -> frozenset[int]:
    """Read from the fonts themselves, 0.2 s once: a list kept beside them could only disagree with them."""
    found: set[int] = set()
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)


def uncovered(text: str) -> list[str]:
    """The characters of `text` that would print as an empty box, each once, in their order.

    Staff is told at entry, so that a name is never printed wrong. Spaces, line breaks and variation selectors have
    nothing to print.
    """
    return [c for c in dict.fromkeys(text) if ord(c) not in _covered() and not c.isspace() and not _is_selector(c)]


def _is_selector(character: str) -> bool:
    return unicodedata.name(character, "").startswith("VARIATION SELECTOR")
