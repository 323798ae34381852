"""代扣代缴 (湖南省经办工作流程十三; R-117): who is paid for while the payer's balance lasts."""

from collections.abc import Sequence
from itertools import accumulate, takewhile


def covered(balance: int, amounts: Sequence[int]) -> int:
    """How many of the agreement's list are debited: in its order until one is too much, nobody after that one."""
    return len(list(takewhile(lambda debited: debited <= balance, accumulate(amounts))))
