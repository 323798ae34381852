"""A comparison of faces from the first click to the answer. Each belongs to one login: nobody else can finish it, and only once."""

from datetime import datetime

from db.stores.security import attempts, logins, tokens
from domain.errors import Problem, Refused
from web.identity.face import FaceAnswer, FaceAsk, FaceCheck
from web.identity.provider import LoginFailed

NEXT = "/certification"
AGAIN = "没有认出是您本人。请在光线好的地方、摘下帽子和口罩再试一次，或者用下面别的办法。"
TOO_MANY = "今天试的次数太多了，请明天再试，或者用下面别的办法。"


async def begin(service: FaceCheck, account_id: int, redirect_uri: str, name: str, id_number: str, at: datetime) -> str:
    """Where to send the browser. Refused after too many attempts; LoginFailed when the service does not answer."""
    if await attempts.take(attempts.FACE, f"{account_id}", at) is not None:
        raise Refused(Problem("locked", TOO_MANY))
    ask = FaceAsk(
        state=tokens.new_token(), nonce=tokens.new_token(), redirect_uri=redirect_uri, name=name, id_number=id_number
    )
    try:
        url = await service.begin(ask)
    except LoginFailed:
        await attempts.give_back(attempts.FACE, f"{account_id}")
        raise
    begun = logins.Begun(nonce=ask.nonce, verifier="", next_path=NEXT, level=0, fresh=False, at=at)
    await logins.begin(ask.state, _owner(account_id), begun)
    return url


async def finish(service: FaceCheck, account_id: int, state: str, signed: str, at: datetime) -> FaceAnswer:
    """LoginFailed for an answer to no question of this login, or one that the service did not give."""
    begun = await logins.finish(state, _owner(account_id), at)
    if begun is None:
        raise LoginFailed("expired", "unknown state, or begun by another login")
    if not signed:
        raise LoginFailed("cancelled", "no answer")
    answer = await service.answer(signed, begun.nonce)
    if answer.same_person:
        await attempts.clear(attempts.FACE, f"{account_id}")
    return answer


def _owner(account_id: int) -> str:
    """In the place of a browser's secret, with which no login under way can be mistaken for it."""
    return f"face check of {account_id}"
