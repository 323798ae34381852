"""The batches, written out. One batch, one file."""

from domain.runs import (
    annual_statements,
    benefit_adjustment,
    benefit_notice,
    interest_settlement,
    payment_month,
    province_settlement,
)
from domain.runs.run import RunKind

KINDS: dict[str, RunKind] = {
    kind.code: kind
    for kind in (
        interest_settlement.KIND, annual_statements.KIND, payment_month.KIND, benefit_adjustment.KIND, benefit_notice.KIND, province_settlement.KIND,
    )
}
