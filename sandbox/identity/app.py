"""The provider's pages and endpoints (OpenID Connect, and the same login for OAuth2 and network-identity clients)."""

import html
import os
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from litestar import Litestar, MediaType, Response, get, post
from litestar.datastructures import State as AppState
from litestar.exceptions import NotAuthorizedException, NotFoundException, ValidationException
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox.identity import face
from sandbox.identity.parts import AnyRequest, check_client, origin, page, state_of, with_query
from sandbox.identity.state import Login, Settings, State, pseudonym

PEOPLE = Path(__file__).resolve().parents[2] / "db" / "seed" / "people.json"
LEVELS = {2: "二级 实名（姓名和号码核对过）", 3: "三级 实人（刷过脸）", 4: "四级 证书或网证"}


def settings_from(environ: dict[str, str]) -> Settings:
    portal = environ.get("PENSION_PORTAL_URL", "http://127.0.0.1:8100").rstrip("/")
    return Settings(
        issuer=environ.get("OIDC_ISSUER", "http://127.0.0.1:8300"),
        client_id=environ.get("OIDC_CLIENT_ID", "pension-portal"),
        client_secret=environ.get("OIDC_CLIENT_SECRET", "sandbox-secret-of-demo-and-training"),
        redirect_uris=frozenset(environ.get("SANDBOX_REDIRECT_URIS", f"{portal}/login/callback").split()),
        backchannel_uri=environ.get("SANDBOX_BACKCHANNEL_URI", f"{portal}/logout/backchannel"),
        people=Path(environ.get("SANDBOX_PEOPLE", PEOPLE)),
    )


def create() -> Litestar:
    """Refuses to exist in production."""
    if os.environ.get("PENSION_MODE") == "production":
        raise RuntimeError("the sandbox identity provider never runs in production")
    return build(settings_from(dict(os.environ)))


def build(settings: Settings) -> Litestar:
    routes = [healthz, home, discovery, jwks, ask, answer, token, userinfo, prove, leave, rotate_keys, end_everywhere, *face.ROUTES]
    return Litestar(
        routes,
        state=AppState({"sandbox": State(settings)}),
        before_send=[_headers],
        openapi_config=None,
        request_max_body_size=20_000,
    )


async def _headers(message: Any, scope: Any) -> None:
    if message["type"] == "http.response.start":
        state: State = scope["litestar_app"].state.sandbox
        targets = " ".join({f"{u.scheme}://{u.netloc}" for u in map(urlsplit, state.settings.redirect_uris)})
        policy = f"default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self' {targets}; frame-ancestors 'none'"
        message["headers"] = [
            *message["headers"],
            (b"content-security-policy", policy.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
        ]


@get("/healthz", media_type=MediaType.TEXT)
async def healthz() -> str:
    return "ok"


@get("/.well-known/openid-configuration")
async def discovery(request: AnyRequest) -> dict[str, Any]:
    issuer = state_of(request).settings.issuer
    base = issuer.rstrip("/")
    return {
        "issuer": issuer,
        "pension_sandbox": True,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "jwks_uri": f"{base}/jwks",
        "face_check_endpoint": f"{base}/face",
        "end_session_endpoint": f"{base}/end_session",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [str(level) for level in LEVELS],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


@get("/jwks")
async def jwks(request: AnyRequest) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in state_of(request).keys]}


@get("/authorize", media_type=MediaType.HTML)
async def ask(request: AnyRequest) -> str:
    asked = _checked(state_of(request), dict(request.query_params))
    wanted = min([int(level) for level in asked.get("acr_values", "").split() if level in "234"], default=3)
    people = "".join(
        f'<label><input type="radio" name="person" value="{html.escape(sub)}"{" checked" if n == 0 else ""}>'
        f" {html.escape(person['name'])} <small>{html.escape(person.get('note', ''))}</small></label>"
        for n, (sub, person) in enumerate(state_of(request).people().items())
    )
    levels = "".join(
        f'<label><input type="radio" name="level" value="{level}"{" checked" if level == wanted else ""}> {title}</label>'
        for level, title in LEVELS.items()
    )
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
    )
    return page(
        "演示用身份认证",
        f'<p>这里代替省里的统一身份认证平台。选一个人，就以他的身份登录。</p><form method="post" action="/authorize">{hidden}'
        f"<fieldset><legend>您是谁</legend>{people}</fieldset><fieldset><legend>认证等级</legend>{levels}</fieldset>"
        '<p>将向“城乡居民养老保险”提供：姓名、证件号码、手机号码。</p><button name="do" value="agree">同意并登录</button> '
        '<button name="do" value="cancel">不登录</button></form>',
    )


@post("/authorize", status_code=303)
async def answer(request: AnyRequest) -> Response[Any]:
    state = state_of(request)
    form = dict(await request.form())
    asked = _checked(state, form)
    back = {"state": asked["state"], "iss": state.settings.issuer}
    if form.get("do") != "agree":
        return Redirect(with_query(asked["redirect_uri"], back | {"error": "access_denied"}), status_code=303)
    if form.get("person") not in state.people() or form.get("level") not in {str(level) for level in LEVELS}:
        raise ValidationException("choose a person and a level")
    login = Login(
        sub=form["person"], level=int(form["level"]), scope=asked.get("scope", ""), nonce=asked.get("nonce", ""),
        challenge=asked["code_challenge"], redirect_uri=asked["redirect_uri"], sid=secrets.token_hex(8), at=int(time.time()),
    )  # fmt: skip
    return Redirect(with_query(asked["redirect_uri"], back | {"code": state.give_code(login)}), status_code=303)


def _checked(state: State, asked: dict[str, Any]) -> dict[str, str]:
    """The parameters of an authorization request; anything wrong is said here, never sent to an unknown address."""
    names = ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
             "code_challenge_method", "acr_values", "prompt", "max_age")  # fmt: skip
    found = {name: str(asked[name]) for name in names if asked.get(name)}
    if found.get("client_id") != state.settings.client_id:
        raise ValidationException("unknown client_id")
    if found.get("redirect_uri") not in state.settings.redirect_uris:
        raise ValidationException("unknown redirect_uri")
    if found.get("response_type") != "code" or not found.get("state"):
        raise ValidationException("response_type=code and state are needed")
    if found.get("code_challenge_method") != "S256" or not found.get("code_challenge"):
        raise ValidationException("PKCE with S256 is needed")
    return found


@post("/token", status_code=200)
async def token(request: AnyRequest) -> Response[dict[str, Any]]:
    state, form = state_of(request), await request.form()
    check_client(request)
    given = state.redeem(str(form.get("code")), str(form.get("code_verifier")), str(form.get("redirect_uri")))
    if form.get("grant_type") != "authorization_code" or given is None:
        return Response({"error": "invalid_grant"}, status_code=400)
    access_token, id_token = given
    return Response({"access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token})


@get("/userinfo")
async def userinfo(request: AnyRequest) -> dict[str, Any]:
    about = state_of(request).about(request.headers.get("authorization", "").removeprefix("Bearer "))
    if about is None:
        raise NotAuthorizedException("unknown token")
    return about


@post("/prove", status_code=200)
async def prove(request: AnyRequest) -> dict[str, bool]:
    """Whether a pseudonym belongs to a name and number (network identity)."""
    check_client(request)
    form = await request.form()
    return {
        "match": any(
            pseudonym(sub) == form.get("sub")
            and (person["name"], person["id_number"]) == (form.get("name"), form.get("id_no"))
            for sub, person in state_of(request).people().items()
        )
    }


@get("/end_session")
async def leave(request: AnyRequest) -> Response[Any]:
    back = request.query_params.get("post_logout_redirect_uri", "")
    origins = {origin(uri) for uri in state_of(request).settings.redirect_uris}
    if origin(back) in origins:
        return Redirect(back, status_code=303)
    return Response(page("已退出", "<p>您已经退出登录。</p>"), media_type=MediaType.HTML)


@get("/", media_type=MediaType.HTML)
async def home(request: AnyRequest) -> str:
    rows = "".join(
        f'<form method="post" action="/people/{html.escape(sub)}/logout">{html.escape(person["name"])} '
        f"<small>{html.escape(person.get('note', ''))}</small> <button>在所有地方退出</button></form>"
        for sub, person in state_of(request).people().items()
    )
    return page(
        "演示用身份认证", f'{rows}<form method="post" action="/rotate-keys"><button>更换签名密钥</button></form>'
    )


@post("/rotate-keys", status_code=200, media_type=MediaType.TEXT)
async def rotate_keys(request: AnyRequest) -> str:
    state_of(request).rotate()
    return "rotated"


@post("/people/{sub:str}/logout", status_code=200, media_type=MediaType.TEXT)
async def end_everywhere(request: AnyRequest, sub: FromPath[str]) -> str:
    """Back-channel logout: tell the portal that the person's logins are over."""
    state = state_of(request)
    if sub not in state.people():
        raise NotFoundException
    told = 0
    async with httpx2.AsyncClient(timeout=5) as client:
        for logout_token in state.logout_tokens(sub):
            reply = await client.post(state.settings.backchannel_uri, data={"logout_token": logout_token})
            told += reply.status_code == 200
    return f"{told} logins ended"
