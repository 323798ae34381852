"""参保状态 in words (procedures A0.3: pairs of AAC008 and AAC031)."""

_WORDS = {(1, 1): "正常缴费", (2, 2): "暂停缴费", (1, 3): "正常待遇", (2, 3): "暂停待遇", (4, 3): "终止参保"}


def shown_as(participation: int | None, contribution: int | None) -> str:
    if participation is None or contribution is None:
        return "未参保"
    return _WORDS[participation, contribution]
