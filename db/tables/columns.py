"""Column types without Piccolo's habit of filling in what was forgotten: a value left out is an error, not 0 or ''."""

from functools import partial

from piccolo.columns import JSONB, Array, BigInt, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz


class TransactionId(BigInt):
    """The server's own number of a transaction, which tells what was committed before what."""

    @property
    def column_type(self) -> str:
        return "XID8"


text = partial(Text, default=None)
texts = partial(Array, base_column=Text(), default=None)
bigs = partial(Array, base_column=BigInt(), default=None)
small = partial(SmallInt, default=None)
integer = partial(Integer, default=None)
big = partial(BigInt, default=None)
flag = partial(Boolean, default=None)
day = partial(Date, default=None)
moment = partial(Timestamptz, default=None)
binary = partial(Bytea, default=None)
json = partial(JSONB, default=None)
transaction_id = partial(TransactionId, default=None)
