"""The explanation a calculation leaves behind: which rule, which article, from what, to what (R-237, R-430)."""

from msgspec import Struct


class Trace(Struct, frozen=True):
    """`inputs` and `result` are texts as people read them; `versions` the ids of the parameter rows that were used."""

    rule: str
    article: str
    inputs: dict[str, str]
    result: str
    versions: tuple[int, ...] = ()
    children: tuple["Trace", ...] = ()

    def all_versions(self) -> frozenset[int]:
        """Of this step and of all below it."""
        return frozenset(self.versions).union(*(child.all_versions() for child in self.children))
