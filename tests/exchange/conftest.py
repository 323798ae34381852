"""The folder in which partners lay their files."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PENSION_EXCHANGE", str(tmp_path))
    return tmp_path
