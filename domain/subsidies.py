"""缴费补贴 (湖南省经办工作流程十九; R-411…R-420): what came is credited to whom it is for, and no fen more.

The cashier registers the money in 财政专户 first (到款登记, it stands in suspense); the collection post says which level of
government it is from and credits it. Two people, one transaction: lines, entries, balances, claims, voucher.
"""

from datetime import datetime

from db.engine import transaction
from db.stores import books as store
from db.stores import ledger, subsidies
from db.stores.books import NewDocument
from db.stores.subsidies import LEVELS
from domain import books
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.books import DocumentKind
from domain.errors import NotFound, Problem, Refused
from domain.ledger import Kind
from domain.money import show

POSTS = (Post.COUNTY_COLLECTION,)
TITLES = {"province": "省级补贴", "city": "市级补贴", "county": "县级补贴", "government_paid": "政府代缴"}


async def credit(county_code: int, receipt_id: int, amounts: dict[str, int], by: Actor, at: datetime) -> int:
    """Credits one receipt, `amounts` 分 by level; returns the document. Interest runs from the month after the money came
    (R-419). Refused when the amounts are not the receipt, or more than a level owes."""
    require_post(by, county_code, POSTS)
    async with transaction():
        receipt = await store.lock_receipt(county_code, receipt_id)
        if receipt is None or set(amounts) - set(LEVELS):
            raise NotFound
        if receipt.document_id is not None or receipt.account != "fiscal_account":
            raise Refused(Problem("receipt", "请选择财政专户里还没有对上单据的到款。", "receipt_id"))
        if min(amounts.values(), default=0) < 0 or sum(amounts.values()) != receipt.amount_fen:
            raise Refused(Problem("sum", f"各级金额加起来要正好是到款的{show(receipt.amount_fen)}元。", "province"))
        await books.open_period(county_code, at.date())
        new = NewDocument(
            kind=DocumentKind.SUBSIDY_ARRIVAL, business_on=receipt.received_on, region_code=f"{county_code:06d}",
            partner="finance", external_no=f"{receipt.bank} {receipt.slip_no}", title="缴费补贴到账",
        )  # fmt: skip
        document_id = await books.open_document(county_code, new, [], by, at)
        lines = 0
        for level, fen in amounts.items():
            owed = await subsidies.owed(county_code, level) if fen else 0
            if fen > owed:
                raise Refused(Problem("too-much", f"{TITLES[level]}只欠{show(owed)}元，到款{show(fen)}元多了。", level))
            if fen:
                await subsidies.offset(county_code, level)
                lines += await subsidies.distribute(county_code, document_id, level, fen, receipt.received_on, lines)
        await store.match_receipt(county_code, receipt_id, document_id)
        await store.count_lines(county_code, document_id)
        await ledger.post_lines(county_code, document_id, at.date(), Kind.SUBSIDY)
        document = await books.locked(county_code, document_id, "draft")
        place = "suspense_received" if receipt.suspense_id else receipt.account
        await books.finish(document, place, at.date(), [receipt.received_on.year], by, at)
    return document_id
