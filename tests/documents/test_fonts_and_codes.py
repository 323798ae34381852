"""Which characters print (R-519), and QR codes."""

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from web.documents import fonts
from web.documents.qr import matrix, svg

ADDRESS = "https://portal.qinghe.example/verify/q7Zt2mXw9KcLbR4sVn81"
hanamin = pytest.mark.skipif(len(fonts.font_files()) > 2, reason="HanaMin is installed here and has these characters")


@pytest.mark.rule("R-519")
@pytest.mark.parametrize(
    "text", ["㐂䶮", "古丽扎尔·艾合买提江", "𠅤", "王 小明\n", "Maria O'Neill", "葛\U000e0100", ""]
)
def test_names_the_fonts_can_print(text: str) -> None:
    assert fonts.uncovered(text) == []


@hanamin
@pytest.mark.rule("R-519")
def test_characters_no_font_has_are_named_once_in_their_order() -> None:
    assert fonts.uncovered("𬎆𠮷明𬎆") == ["𬎆", "𠮷"]


@pytest.mark.parametrize("text", ["\ue000", "😀"])
def test_private_characters_and_emoji_do_not_print(text: str) -> None:
    assert fonts.uncovered(text) == [text]


def test_a_hanamin_on_the_machine_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hanazono").mkdir()
    installed = tmp_path / "hanazono" / "HanaMinB.ttf"
    installed.touch()
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path)
    assert installed in fonts.font_files()
    assert f"<dir>{installed.parent}</dir>" in fonts.write_settings(tmp_path).read_text()


def test_fontconfig_sees_our_fonts_only(tmp_path: Path) -> None:
    settings = fonts.write_settings(tmp_path)
    listed = subprocess.run(
        ["fc-list", ":", "file"], env={"FONTCONFIG_FILE": str(settings)}, capture_output=True, text=True, check=True
    )
    assert {line.strip(": ") for line in listed.stdout.splitlines()} >= {str(path) for path in fonts.font_files()}
    assert "dejavu" not in listed.stdout.lower()


def painted(code: str) -> list[list[bool]]:
    """The modules an svg paints, by drawing its path on a grid."""
    root = ET.fromstring(code)
    size = int(root.attrib["viewBox"].split()[2])
    grid = [[False] * size for _ in range(size)]
    path = root[0].attrib["d"]
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x} {y}h{w}v1h-{back}z" for x, y, w, back in pieces) == path
    for x, y, width, back in pieces:
        assert width == back
        for column in range(int(x), int(x) + int(width)):
            grid[int(y)][column] = True
    return grid


@pytest.mark.parametrize("text", [ADDRESS, "1", "青禾县 & <b>", "x" * 500])
def test_the_path_paints_the_modules_of_the_code(text: str) -> None:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    assert painted(svg(text)) == code.get_matrix()


def test_four_light_modules_surround_the_code() -> None:
    rows = matrix(ADDRESS)
    edge = [*rows[:4], *rows[-4:], *([row[i] for row in rows] for i in (0, 1, 2, 3, -1, -2, -3, -4))]
    assert not any(module for line in edge for module in line)
    assert rows[4][4]


def test_a_code_is_small_and_carries_no_style() -> None:
    assert len(svg(ADDRESS)) < 6000
    assert "style" not in svg(ADDRESS)
