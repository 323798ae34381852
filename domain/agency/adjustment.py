"""缴费调整 (湖南省经办工作流程十八; R-153…R-168): a year that was booked wrongly is put right by entries that are added.

A non-routine power: who saves and who approves each needs an authority granted for it (R-168). Here the collection post looks
at a year and saves what is to become of it; adjustment_review.py is the finance post's part and the booking.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import access, contributions
from db.queries import adjustments as queries
from db.queries import books as book_query
from db.queries.adjustments import KeptYear, Reversible
from db.stores import adjustments as store
from db.stores import audit
from db.stores import contributions as years
from db.stores.adjustments import NewAdjustment
from db.stores.books import NewDocument, NewLine
from db.stores.contributions import LineFacts
from domain import books
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.agency.payment_orders import check_account, digits
from domain.books import DocumentKind
from domain.codes import ORDINARY
from domain.contribution_lines import LineRules
from domain.errors import NotFound, Problem, Refused
from domain.money import Fen, show
from domain.parameters import ContributionRule, Missing
from domain.rules import adjustment as rule
from domain.rules.adjustment import ITEMS, NOTHING, Amounts
from domain.rules.contribution import day_in_year, year_problem
from domain.rules.special_groups import Spell, identity

BUSINESS = "contribution_adjustment"
MAKERS = (Post.COUNTY_COLLECTION,)
REASON_AT_LEAST = 4  # characters


class Payee(Struct, frozen=True):
    """To whom and where a part is paid back (R-156)."""

    name: str
    bank: str
    account: str


class Asked(Struct, frozen=True, kw_only=True):
    """What is to become of one year. `reverses_id`: the payment that was booked wrongly; None where the money moves on a day
    of its own (R-167)."""

    person_id: int
    year: int
    category: str
    after: Amounts
    reason: str
    reverses_id: int | None = None
    payee: Payee | None = None


class YearView(Struct, frozen=True, kw_only=True):
    """One year of one person as it stands. `choices`: the tiers of each identity the year can have, lowest first;
    `reversible`: its payments; `under_way`: another adjustment of it is not done yet."""

    person_id: int
    account_id: int
    name: str
    id_index: bytes
    year: int
    kept: KeptYear | None
    before: Amounts
    choices: dict[str, list[ContributionRule]]
    subsidised: bool
    receiving: bool
    under_way: bool
    reversible: tuple[Reversible, ...] = ()

    @property
    def paid(self) -> bool:
        return self.kept is not None and (bool(self.kept.tier) or self.before != NOTHING)


def amounts_of(fen: Sequence[int]) -> Amounts:
    """In the order of ITEMS."""
    return Amounts(**{item: Fen(part) for item, part in zip(ITEMS, fen, strict=True)})


async def look(county_code: int, person_id: int, year: int, at: datetime) -> YearView:
    """NotFound for nobody of this county; Refused where the year of this person cannot be adjusted at all."""
    owner = await contributions.owner(county_code, person_id)
    if owner is None:
        raise NotFound
    (known,) = await years.facts(county_code, [owner.id_index], [year])
    accounts = [known.account_id] if known.account_id else []
    kept = await queries.years_of(county_code, accounts, year)
    busy = await queries.under_way(county_code, accounts, year)
    rules = LineRules(await snapshot(county_code), at.date())
    view = view_of(person_id, owner.id_index, known, kept, busy, year, rules, at.date())
    if isinstance(view, Problem):
        raise Refused(view)
    return msgspec.structs.replace(view, reversible=tuple(await queries.reversible(county_code, view.account_id, year)))


def view_of(
    person_id: int, id_index: bytes, known: LineFacts, kept: dict[int, KeptYear], busy: set[int], year: int, rules: LineRules,
    on: date,
) -> YearView | Problem:  # fmt: skip
    """A problem where the person's account is closed, or the year is none he could have paid for."""
    if known.account_id is None or known.participation_status == 4:
        return Problem("no-account", "这个人在本县没有正在使用的个人账户，不能调整。", "year")
    assert known.born_on is not None
    there = kept.get(known.account_id)
    if there is None and (wrong := year_problem(year, on, known.born_on, rules.scheme_start, by_agency=True)):
        return wrong
    later = there.back_payment if there else year < on.year
    subsidised = not later or rules.subsidises_back_payments
    try:
        choices = _choices(known, there, year, rules, on, subsidised=subsidised)
    except Missing as missing:
        return Problem("no-rules", str(missing), "year")
    return YearView(
        person_id=person_id, account_id=known.account_id, name=known.name or "", id_index=id_index, year=year, kept=there,
        before=amounts_of(there.amounts) if there else NOTHING, choices=choices, subsidised=subsidised,
        receiving=known.contribution_status == 3, under_way=known.account_id in busy,
    )  # fmt: skip


def _choices(
    known: LineFacts, kept: KeptYear | None, year: int, rules: LineRules, on: date, *, subsidised: bool
) -> dict[str, list[ContributionRule]]:
    """The identity it was booked as first, then the one the person has today, then the ordinary one (R-113, R-122). Raises
    Missing."""
    day, household = day_in_year(year, on), kept.household_type if kept else known.household_type or ""
    spells = msgspec.json.decode(known.spells, type=list[Spell]) if known.spells else ()
    today = identity(spells, year, on, rules.on(day), household)
    own = [kept.category] if kept else []
    found = [*own, *([today] if subsidised else []), ORDINARY]
    return {category: rules.choices(day, category, household) for category in found}


# ------------------------------------------------------------------ saving


async def save(county_code: int, asked: Asked, by: Actor, at: datetime) -> int:
    """Keeps the adjustment of one year for the finance post's review; returns the document. Refused with everything that is
    wrong with it."""
    require_post(by, county_code, MAKERS)
    await authorised(county_code, by, at, asked.person_id)
    async with transaction():
        view = await look(county_code, asked.person_id, asked.year, at)
        not_his_own(by, [view.id_index])
        new = await _checked(county_code, view, asked)
        change = rule.difference(asked.after, view.before)
        line = NewLine(line_no=1, state="good", name=view.name, id_index=view.id_index, account_id=view.account_id,
                       year=view.year, amount_fen=change.personal)  # fmt: skip
        document_id = await open_document(county_code, f"缴费调整 {view.name} {view.year}年度", [line], [new], by, at)
        await books.declare(county_code, document_id, by, at)
        detail = f"{view.year} {' '.join(map(show, new.before))} → {' '.join(map(show, new.after))}"
        await audit.write(county_code, at, by.kind, by.id, by.name, "adjustment.saved", "person", f"{view.person_id}",
                          new.reason, detail)  # fmt: skip
    return document_id


async def _checked(county_code: int, view: YearView, asked: Asked) -> NewAdjustment:
    problems = problems_of(view, asked.category, asked.after, bulk=False)
    if len(asked.reason.strip()) < REASON_AT_LEAST:
        problems.append(Problem("no-reason", "请写明调整依据，例如税票号、核查情况。", "reason"))
    falls = view.before.personal - asked.after.personal
    if falls > 0:
        problems += await _payout_problems(county_code, view, asked, falls)
    if problems:
        raise Refused(*problems)
    new = adjusted(view, asked.category, asked.after, asked.reason, line_no=1)
    if falls <= 0 or asked.payee is None:
        return new
    return msgspec.structs.replace(
        new, reverses_id=asked.reverses_id, payee_name=asked.payee.name.strip(), bank=asked.payee.bank.strip(),
        bank_account=digits(asked.payee.account),
    )  # fmt: skip


def problems_of(view: YearView, category: str, after: Amounts, *, bulk: bool) -> list[Problem]:
    """Why the year cannot be changed so, whoever saves it."""
    if view.under_way:
        return [
            Problem("under-way", f"{view.name}{view.year}年度还有一件缴费调整没有办完，先办完或者作废再来。", "year")
        ]
    if category not in view.choices:
        return [Problem("category", "这个人这一年不能按这种身份缴费，请先在特殊人群台账里核对。", "choice")]
    return rule.problems(
        view.before, after, view.choices[category], year=view.year, paid=view.paid, receiving=view.receiving, bulk=bulk
    )


async def _payout_problems(county_code: int, view: YearView, asked: Asked, falls: int) -> list[Problem]:
    """Money goes back to the person, or to the agency's own 收入户 where it is somebody else's payment (R-163)."""
    problems = []
    if asked.reverses_id is not None:
        left = next((each.left_fen for each in view.reversible if each.id == asked.reverses_id), 0)
        if falls > left:
            problems.append(
                Problem("reverses", f"选的那一笔只有{show(left)}元可以冲回，请重新选择，或者分几次办。", "reverses")
            )
    payee = asked.payee or Payee("", "", "")
    own = [a for a in await book_query.bank_accounts(county_code) if a.kind == "income_account" and a.until_on is None]
    if payee.name.strip() not in {view.name, *(account.account_name for account in own)}:
        problems.append(Problem("payee", "户名要是本人的姓名；钱属于别人的，填本机构收入户的户名。", "payee_name"))
    if not payee.bank.strip():
        problems.append(Problem("required", "请填写领取银行。", "bank"))
    if wrong := check_account(payee.account):
        problems.append(Problem("account", wrong, "bank_account"))
    return problems


def adjusted(view: YearView, category: str, after: Amounts, reason: str, *, line_no: int) -> NewAdjustment:
    """The year before and after, with the tier it then reaches."""
    return NewAdjustment(
        line_no=line_no, account_id=view.account_id, year=view.year, reason=reason.strip(),
        category_before=view.kept.category if view.kept else category, category=category,
        tier_before=view.kept.tier if view.kept else "", tier=rule.tier(view.choices[category], after),
        before=tuple(view.before.by_item().values()), after=tuple(after.by_item().values()),
    )  # fmt: skip


async def open_document(
    county_code: int, title: str, lines: Sequence[NewLine], rows: Sequence[NewAdjustment], by: Actor,
    at: datetime, file_name: str = "",
) -> int:  # fmt: skip
    """A draft in the caller's transaction. `file_name`: of a sheet."""
    new = NewDocument(kind=DocumentKind.ADJUSTMENT, business_on=at.date(), region_code=f"{county_code:06d}",
                      title=title[:200], file_name=file_name)  # fmt: skip
    document_id = await books.open_document(county_code, new, lines, by, at)
    await store.add(county_code, document_id, rows)
    return document_id


async def authorised(county_code: int, by: Actor, at: datetime, person_id: int | None) -> None:
    """Refused without an authority in force. `person_id`: None for a sheet, which one granted for one person does not cover."""
    if by.kind is ActorKind.SYSTEM:
        return
    if not await access.has_authority(county_code, by.id, BUSINESS, at, person_id=person_id):
        raise Refused(Problem("no-authority", "缴费调整是非常规业务，请先在“非常规权限”里申请，负责人批准以后才能办。"))


def not_his_own(by: Actor, indexes: Sequence[bytes]) -> None:
    """Nobody decides about his own account or a relative's (R-016)."""
    own = by.relatives | ({by.id_index} if by.id_index else frozenset())
    if own & set(indexes):
        raise Refused(Problem("own-case", "本人、亲属的业务必须由别人办理。"))
