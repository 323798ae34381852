"""The slot for identity providers: what the portal asks of one, and what it gets."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from domain import identity

SANDBOX_MARK = "pension_sandbox"  # in what a provider says that logs anybody in
REAL_NAME = 2  # below it nobody's data is shown (规程第六条)


class LoginFailed(Exception):
    """`code` picks the words for the person (FAILURES); `detail` is for the log and holds no personal data."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


# code: title, what to do next
FAILURES: dict[str, tuple[str, str]] = {
    "cancelled": ("您没有完成登录", "如果想继续，请重新登录。"),
    "refused": ("身份认证没有通过", "请重新登录一次；还是不行的话，可以到乡镇（街道）事务所窗口办理。"),
    "unreachable": ("身份认证服务暂时连不上", "请过几分钟再试。着急的话，可以到乡镇（街道）事务所窗口办理。"),
    "expired": ("登录的时间太久了", "请回到登录页面，重新登录一次。"),
    "not-real-name": ("您的账号还没有实名认证", "请先在身份认证平台完成实名认证，再来登录。"),
    "level-too-low": (
        "这项业务需要更可靠的身份认证",
        "请重新登录，选择人脸识别等方式；也可以到乡镇（街道）事务所窗口办理。",
    ),
    "not-fresh": (
        "办理这项业务要重新确认是您本人",
        "身份认证平台没有重新确认您的身份，请再登录一次；也可以到乡镇（街道）事务所窗口办理。",
    ),
    "bad-number": ("身份认证平台给出的证件号码不对", "请到乡镇（街道）事务所窗口核对您的证件。"),
}


class Identity(Struct, frozen=True, kw_only=True):
    """Who the provider says has logged in. `sub` is unique within `provider`, for ever.

    `assurance` and `authenticated_at` are the lowest, 0 and None, where the provider does not say.
    """

    provider: str
    sub: str
    name: str
    id_type: str | None
    id_number: str | None
    phone: str | None
    assurance: int
    authenticated_at: datetime | None
    sid: str | None = None


class Ask(Struct, frozen=True, kw_only=True):
    """One login under way. `level` and `fresh` say what it is needed for (R-517)."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    level: int
    fresh: bool
    at: datetime


class LoggedOut(Struct, frozen=True):
    """Whose sessions a provider ended, by its own names."""

    provider: str
    sub: str | None
    sid: str | None
    token_id: str
    expires_at: datetime


class Provider(Protocol):
    """Every method raises LoginFailed. `issuer` is its name for itself and ours for it."""

    issuer: str

    async def authorize_url(self, ask: Ask) -> str:
        """Where to send the browser."""

    async def finish(self, code: str, ask: Ask) -> Identity:
        """Turn the code that came back into a person, everything checked."""

    async def logout_url(self, back: str) -> str | None:
        """Where to send the browser to end the provider's own session too; None where it has no such page."""

    async def read_logout(self, token: str) -> LoggedOut:
        """Check a back-channel logout token."""

    async def prove(self, sub: str, name: str, id_number: str) -> bool:
        """Whether the pseudonymous person `sub` is who bears this name and number. False where it cannot tell."""


def document_of(id_type: object, number: object) -> tuple[str | None, str | None]:
    """Kind and number of the document as we store them; (None, None) when the provider gave no number."""
    if not number:
        return None, None
    kind = _ID_TYPES.get(str(id_type), identity.IdType.OTHER) if id_type else identity.IdType.RESIDENT_ID_CARD
    text = identity.normalise(kind, str(number))
    if identity.check(kind, text):
        raise LoginFailed("bad-number", f"kind {kind}")
    return kind.value, text


def phone_of(phone: object) -> str | None:
    text = identity.normalise_phone(str(phone)) if phone else ""
    return text if text and identity.check_phone(text) is None else None


_ID_TYPES = {code: kind for kind, code in identity.EXCHANGE_CODES.items() if code} | {
    kind.value: kind for kind in identity.IdType
}
