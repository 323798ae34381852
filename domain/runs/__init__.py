"""The batches, written out. One batch, one file."""

from domain.runs import annual_statements, interest_settlement
from domain.runs.run import RunKind

KINDS: dict[str, RunKind] = {kind.code: kind for kind in (interest_settlement.KIND, annual_statements.KIND)}
