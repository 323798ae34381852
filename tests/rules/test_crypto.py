import pytest

from db import crypto
from tests.rules.worked import examples


@pytest.mark.parametrize("example", examples("digests"))
def test_digests(example: dict[str, str]) -> None:
    assert crypto.sm3(example["文字"].encode()).hex() == example["摘要"]
