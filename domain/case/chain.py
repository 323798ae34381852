"""Who handles a case, in which order, and how long all of them together may take."""

from msgspec import Struct

from domain.actor import Post


class Step(Struct, frozen=True):
    """One desk. `preliminary`: 初审, which passes a case on but decides nothing (规程第四条; R-022).

    `working_days` is this desk's share of the limit where a place sets one; the clock of the case stays one (R-006).
    """

    post: Post
    preliminary: bool = False
    working_days: int | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """No steps: the change takes effect at once, nobody reviews it (规程第九条).

    `limit_working_days` is the legal limit from receipt to the result told, over all steps;
    `target_working_days` what the place promises beyond that (0: on the spot). `source` is where the limit stands.
    """

    steps: tuple[Step, ...] = ()
    limit_working_days: int
    target_working_days: int | None = None
    source: str
