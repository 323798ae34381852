"""A resident's login from the first click to the session, and what ends it."""

from datetime import datetime

from msgspec import Struct

from db.queries import access
from db.stores.security import accounts, attempts, logins, sessions, tokens
from db.stores.security.sessions import Origin
from domain.errors import Problem, Refused
from domain.identity import IdType
from web.identity.provider import REAL_NAME, Ask, Identity, LoginFailed, Provider
from web.sessions import Session


class Answer(Struct, frozen=True):
    """What the provider put into the address the browser came back with."""

    state: str
    code: str | None
    error: str | None
    iss: str | None


async def begin(
    provider: Provider, redirect_uri: str, next_path: str, level: int, fresh: bool, at: datetime
) -> tuple[str, str]:
    """(where to send the browser, the secret that stays in its cookie)."""
    browser = tokens.new_token()
    ask = Ask(
        state=tokens.new_token(), nonce=tokens.new_token(), verifier=tokens.new_token(), redirect_uri=redirect_uri,
        level=level, fresh=fresh, at=at,
    )  # fmt: skip
    url = await provider.authorize_url(ask)
    await logins.begin(ask.state, browser, logins.Begun(ask.nonce, ask.verifier, next_path, level, fresh, at))
    return url, browser


async def finish(provider: Provider, session: Session, redirect_uri: str, *, browser: str, answer: Answer) -> str:
    """The session is the person's now; returns where he wanted to go. Raises LoginFailed."""
    at = session.clock()
    begun = await logins.finish(answer.state, browser, at)
    if begun is None:
        raise LoginFailed("expired", "unknown state, or begun in another browser")
    if answer.iss is not None and answer.iss != provider.issuer:  # RFC 9207: the answer of another provider
        raise LoginFailed("refused", "iss")
    if answer.error is not None or not answer.code:
        code = "cancelled" if answer.error == "access_denied" else "refused"
        raise LoginFailed(code, (answer.error or "no code")[:100])
    who = await provider.finish(
        answer.code,
        Ask(
            state=answer.state, nonce=begun.nonce, verifier=begun.verifier, redirect_uri=redirect_uri, level=begun.level,
            fresh=begun.fresh, at=begun.at,
        ),
    )  # fmt: skip
    if who.assurance < REAL_NAME:
        raise LoginFailed("not-real-name", f"level {who.assurance}")
    if who.assurance < begun.level:
        raise LoginFailed("level-too-low", f"level {who.assurance} of {begun.level}")
    await _open(session, who, at)
    return begun.next_path


async def _open(session: Session, who: Identity, at: datetime) -> None:
    account = await accounts.log_in(
        provider=who.provider, sub=who.sub, name=who.name, id_type=who.id_type, id_number=who.id_number, phone=who.phone,
        assurance=who.assurance, at=at,
    )  # fmt: skip
    seen = who.authenticated_at
    data = {"level": who.assurance, "auth_at": int(seen.timestamp()) if seen else None}
    await session.login(account.id, county_code=None, data=data, origin=Origin(who.provider, who.sub, who.sid))


async def bind(provider: Provider, session: Session, name: str, id_number: str) -> None:
    """Tie a pseudonymous account to the number its provider confirms. Raises Refused and LoginFailed."""
    assert session.subject is not None
    at = session.clock()
    if await attempts.take(attempts.BINDING, str(session.subject), at) is not None:
        raise Refused(Problem("locked", "今天试的次数太多了，请明天再试，或者到乡镇（街道）事务所窗口办理。"))
    sub = await accounts.provider_sub(session.subject)
    if not await provider.prove(sub, name, id_number):
        raise Refused(
            Problem("no-match", "姓名和身份证号码与您的网络身份不一致，请检查；也可以到窗口办理。", "id_number")
        )
    await accounts.bind(session.subject, name, IdType.RESIDENT_ID_CARD, id_number, at)


async def counties() -> list[tuple[str, str]]:
    """(code, name) of every county served here."""
    return [(str(county.county_code), county.name) for county in await access.counties()]


async def choose_county(session: Session, county_code: int) -> None:
    """Once: a home agency changes by transfer, not by a click. Without effect where it is known."""
    assert session.subject is not None
    await accounts.choose_county(session.subject, county_code)


async def end_by_provider(provider: Provider, token: str) -> int:
    """Back-channel logout. Returns how many sessions ended; raises LoginFailed for a token that is not good (any more)."""
    gone = await provider.read_logout(token)
    if not await logins.first_use(gone.token_id, gone.expires_at):
        raise LoginFailed("refused", "logout token used twice")
    return await sessions.end_of_provider(gone.provider, gone.sub, gone.sid)
