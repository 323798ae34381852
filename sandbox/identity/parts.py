"""What every page of the sandbox needs: whom it serves, who asks, and how a page looks."""

import base64
import hmac
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Request
from litestar.exceptions import NotAuthorizedException

from sandbox.identity.state import State

AnyRequest = Request[Any, Any, Any]


def state_of(request: AnyRequest) -> State:
    found: State = request.app.state.sandbox
    return found


def check_client(request: AnyRequest) -> None:
    settings = state_of(request).settings
    right = base64.b64encode(f"{settings.client_id}:{settings.client_secret}".encode()).decode()
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Basic {right}".encode()):
        raise NotAuthorizedException("client authentication failed")


def with_query(uri: str, query: dict[str, str]) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(query)}"


def origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def page(title: str, body: str) -> str:
    style = (
        "body{font:18px/1.6 system-ui,sans-serif;max-width:36rem;margin:1rem auto;padding:0 1rem}label{display:block;"
        "padding:.4rem 0}button{font:inherit;padding:.5rem 1rem;margin:.3rem 0}small{color:#555}fieldset{margin:1rem 0}"
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{style}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
