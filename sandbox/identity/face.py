"""A comparison of faces without a camera: whoever tries the portal says how it ends, also as no honest service would end it."""

import html
import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import MediaType, Response, get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox.identity.parts import AnyRequest, check_client, origin, page, state_of, with_query
from sandbox.identity.state import State

ENDS = {
    "same": "认出来了，是本人",
    "other": "没有认出来",
    "late": "认出来了，但答复过了很久才送到",
    "replayed": "送上一次的答复",
    "forged": "送一个别人签名的答复",
    "silent": "什么也没有答复就回去",
}
ASKED = ("name", "id_no", "state", "nonce", "redirect_uri")


@post("/face", status_code=200)
async def begin(request: AnyRequest) -> dict[str, str]:
    check_client(request)
    state, form = state_of(request), await request.form()
    asked = {name: str(form.get(name, "")) for name in ASKED}
    if not all(asked.values()) or origin(asked["redirect_uri"]) not in {
        origin(uri) for uri in state.settings.redirect_uris
    }:
        raise ValidationException("name, id_no, state, nonce and a known redirect_uri are needed")
    ticket = secrets.token_urlsafe(16)
    state.faces[ticket] = asked
    return {"url": f"{state.settings.issuer.rstrip('/')}/face/{ticket}"}


@get("/face/{ticket:str}", media_type=MediaType.HTML)
async def show(request: AnyRequest, ticket: FromPath[str]) -> str:
    asked = _asked(state_of(request), ticket)
    ends = "".join(
        f'<p><button name="end" value="{code}">{html.escape(title)}</button></p>' for code, title in ENDS.items()
    )
    return page(
        "演示用刷脸",
        f"<p>这里代替刷脸服务，不用摄像头。正在比对：{html.escape(asked['name'])}。选一个结果：</p>"
        f'<form method="post" action="/face/{html.escape(ticket)}">{ends}</form>',
    )


@post("/face/{ticket:str}", status_code=303)
async def end(request: AnyRequest, ticket: FromPath[str]) -> Response[Any]:
    state, chosen = state_of(request), str((await request.form()).get("end", ""))
    if chosen not in ENDS:
        raise ValidationException("choose an end")
    asked = _asked(state, ticket)
    del state.faces[ticket]
    back = {"state": asked["state"]}
    if chosen != "silent":
        back["result"] = _answer(state, chosen, asked["nonce"])
    return Redirect(with_query(asked["redirect_uri"], back), status_code=303)


def _asked(state: State, ticket: str) -> dict[str, str]:
    if ticket not in state.faces:
        raise NotFoundException
    return state.faces[ticket]


def _answer(state: State, chosen: str, nonce: str) -> str:
    """Signed, by whomever."""
    now = int(time.time()) - (3600 if chosen == "late" else 0)
    claims = {
        "iss": state.settings.issuer, "aud": state.settings.client_id, "jti": secrets.token_hex(12), "iat": now, "exp": now + 300,
        "nonce": "of another question" if chosen == "replayed" else nonce, "same_person": chosen != "other",
    }  # fmt: skip
    if chosen != "forged":
        return state.sign(claims)
    kid = str(state.keys[-1].kid)
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256"}))


ROUTES = [begin, show, end]
