"""The headers every answer carries, errors and files included: a hook on the application's own send."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

Hook = Callable[[Message, Scope], Awaitable[None]]
_YEAR_SECONDS = 365 * 24 * 3600


def content_security_policy(*form_targets: str) -> str:
    """Nothing inline, nothing from elsewhere. `form_targets`: origins a form may lead to (the identity provider)."""
    targets = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
        f" connect-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def security_headers(*, secure: bool, form_targets: tuple[str, ...] = ()) -> Hook:
    """For `before_send` of a site. Pages are never stored by a browser or a proxy; hashed files say so themselves."""
    fixed = {
        "content-security-policy": content_security_policy(*form_targets),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    if secure:
        fixed["strict-transport-security"] = f"max-age={_YEAR_SECONDS}; includeSubDomains"

    async def add(message: Message, _: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in fixed.items():
            headers[name] = value
        if "cache-control" not in headers:
            headers["cache-control"] = "no-store"

    return add
