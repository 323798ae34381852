"""行政区划: codes of 6+2+2+2 digits, never deleted, never changed (湖南省经办工作流程三; R-447…R-457)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from msgspec import Struct, structs

from domain.errors import Problem, Refused


class Level(IntEnum):
    """The value is the number of digits."""

    COUNTY = 6
    TOWNSHIP = 8
    VILLAGE = 10
    GROUP = 12


LEVEL_TITLES: dict[Level, str] = {
    Level.COUNTY: "县(市区)",
    Level.TOWNSHIP: "乡镇(街道)",
    Level.VILLAGE: "村(居委会)",
    Level.GROUP: "组",
}

VIRTUAL_GROUP = "一组"  # a village without groups has this one, code 01 (附件3)
ABOLISHED = "（原）"  # put before the name of a unit that is no more; it takes no new people
HIGHEST = 99  # two digits a level


class Region(Struct, frozen=True):
    """`full_name` runs from the city down, 长沙市长沙县福镇影珠山村; `name` is its last part."""

    code: str
    name: str
    full_name: str
    closed: bool = False


class Row(Struct, frozen=True):
    """One line of the 行政区划信息采集表; `number` is its line in the sheet, for messages."""

    number: int
    code: str
    old_name: str
    level: str
    action: str
    new_name: str = ""


class Planned(Struct, frozen=True):
    """What an import will do to one code. `old_full_name` is empty for an insertion.

    `carried`: the row follows from the renaming of a higher unit, whether or not the sheet lists it.
    """

    code: str
    old_full_name: str
    name: str
    full_name: str
    closed: bool = False
    carried: bool = False


class StatisticalCode(Struct, frozen=True):
    """Ours beside the 12-digit code for statistics, 6+3+3, which has no level for groups (R-457)."""

    code: str
    statistical_code: str

    def problem(self) -> str | None:
        """What is wrong with the pair, or None."""
        if not re.fullmatch(r"[0-9]{12}", self.statistical_code):
            return "统计用区划代码应当是12位数字。"
        if self.statistical_code[:6] != self.code[:6]:
            return "统计用区划代码的前6位应当与本县代码一致。"
        tail = {Level.COUNTY: 6, Level.TOWNSHIP: 3}.get(level_of(self.code), 0)
        if tail and self.statistical_code[-tail:] != "0" * tail:
            return f"{LEVEL_TITLES[level_of(self.code)]}的统计用区划代码末{tail}位应当是0。"
        return None


def is_code(text: str) -> bool:
    return re.fullmatch(r"[0-9]{6}([0-9]{2}){0,3}", text) is not None


def level_of(code: str) -> Level:
    """ValueError when the number of digits is none of 6, 8, 10, 12."""
    return Level(len(code))


def parent_of(code: str) -> str | None:
    """None for a county."""
    return None if level_of(code) is Level.COUNTY else code[:-2]


def next_code(parent: str, children: Iterable[str]) -> str:
    """The lowest free code below `parent`, so that no number stays empty (R-449). Abolished children stay in the list.

    Refused when all 99 are given (R-456) and below a group.
    """
    if level_of(parent) is Level.GROUP:
        raise Refused(Problem("below-group", "村民小组下面不能再设区划。", "code"))
    taken = set(children)
    for number in range(1, HIGHEST + 1):
        code = f"{parent}{number:02d}"
        if code not in taken:
            return code
    raise Refused(Problem("region-full", f"{parent}下面的编码01到{HIGHEST}已经用完，不能再增加。", "code"))


def virtual_group(village: Region) -> Region:
    """The group every village without groups gets, so that all codes have 12 digits (R-049)."""
    return Region(f"{village.code}01", VIRTUAL_GROUP, village.full_name + VIRTUAL_GROUP)


def plan_changes(existing: Mapping[str, Region], rows: Sequence[Row]) -> list[Planned]:
    """What a 采集表 does: its insertions (I), its renamings (U) and all names that change with a renamed unit (R-453).

    `existing` holds every region of the counties in the sheet by code. Rows that say what is already so plan nothing,
    so a sheet can be imported twice. A new name that begins with （原） closes the unit and all below it (R-455).
    Raises Refused with one Problem a bad row; then nothing of the sheet is to be carried out.
    """
    sheet = _Sheet(existing)
    for row in sorted(rows, key=lambda row: len(row.code)):  # units before what lies in them
        sheet.read(row)
    sheet.look_for_gaps()
    if sheet.problems:
        raise Refused(*sheet.problems)
    return sheet.planned()


class _Sheet:
    def __init__(self, existing: Mapping[str, Region]) -> None:
        self.existing = existing
        self.after = dict(existing)
        self.named: set[str] = set()  # codes a row of the sheet renamed itself
        self.problems: list[Problem] = []

    def read(self, row: Row) -> None:
        message = self._refusal(row) or (self._insert(row) if row.action == "I" else self._rename(row))
        if message:
            self.problems.append(Problem("region-row", f"第{row.number}行（{row.code}）：{message}", str(row.number)))

    def _refusal(self, row: Row) -> str | None:
        if not is_code(row.code):
            return "行政代码应当是6、8、10或12位数字。"
        if row.action not in ("I", "U"):
            return "只能新增(I)或改名(U)。行政区划不允许删除，撤销的单位请改名为“（原）…”。"
        if row.level and _bare(row.level) != _bare(LEVEL_TITLES[level_of(row.code)]):
            return f"代码有{len(row.code)}位，行政级别应当是“{LEVEL_TITLES[level_of(row.code)]}”。"
        parent = parent_of(row.code)
        if parent and parent not in self.after:
            return f"上一级区划{parent}还不存在。"
        return None

    def _insert(self, row: Row) -> str | None:
        known = self.after.get(row.code)
        full_name = row.old_name or row.new_name
        if known:
            same = known.full_name == full_name
            return None if same else f"这个代码已经是“{known.full_name}”，代码不允许改给别的单位。"
        if row.code.endswith("00") and len(row.code) > Level.COUNTY:
            return "编码从01开始。"
        parent = self.after.get(row.code[:-2])
        if parent and parent.closed:
            return f"“{parent.full_name}”已经撤销，不能再增加下级区划。"
        return self._put(row.code, full_name, closed=False)

    def _rename(self, row: Row) -> str | None:
        known = self.existing.get(row.code)
        if not known:
            return "这个代码还不存在，不能改名；新的单位请填“I”。"
        if not row.new_name:
            return "请填写改后行政区划名称。"
        carried = self.after[row.code].full_name
        if carried == row.new_name:
            return None
        if row.old_name not in (known.full_name, carried):
            return f"原名称对不上：系统里是“{known.full_name}”，表里写的是“{row.old_name}”。"
        message = self._put(row.code, row.new_name, closed=known.closed)
        if message is None:
            self.named.add(row.code)
            self._carry(row.code)
        return message

    def _put(self, code: str, full_name: str, *, closed: bool) -> str | None:
        parent = self.after.get(parent_of(code) or "")
        if parent and (not full_name.startswith(parent.full_name) or full_name == parent.full_name):
            return f"名称应当以上一级名称“{parent.full_name}”开头，后面是本级名称。"
        name = full_name.removeprefix(parent.full_name if parent else self._city_of(code))
        closed = closed or name.startswith(ABOLISHED) or bool(parent and parent.closed)
        self.after[code] = Region(code, name, full_name, closed)
        return None

    def _city_of(self, county: str) -> str:
        known = self.existing.get(county)
        return known.full_name.removesuffix(known.name) if known else ""

    def _carry(self, top: str) -> None:
        for code in sorted(self.after):
            if code.startswith(top) and code != top:
                parent, region = self.after[code[:-2]], self.after[code]
                self.after[code] = structs.replace(
                    region, full_name=parent.full_name + region.name, closed=region.closed or parent.closed
                )

    def look_for_gaps(self) -> None:
        children: dict[str, set[int]] = {}
        for code in self.after:
            if len(code) > Level.COUNTY:
                children.setdefault(code[:-2], set()).add(int(code[-2:]))
        for parent in sorted({code[:-2] for code in self.after.keys() - self.existing.keys()} & children.keys()):
            missing = set(range(1, max(children[parent]) + 1)) - children[parent]
            if missing:
                numbers = "、".join(f"{number:02d}" for number in sorted(missing))
                self.problems.append(Problem("region-gap", f"{parent}下面的编码不得空号，缺{numbers}。"))

    def planned(self) -> list[Planned]:
        changes = []
        for code, region in sorted(self.after.items()):
            before = self.existing.get(code)
            if before != region:
                changes.append(
                    Planned(
                        code,
                        before.full_name if before else "",
                        region.name,
                        region.full_name,
                        region.closed,
                        carried=before is not None and code not in self.named,
                    )
                )
        return changes


def _bare(level: str) -> str:
    """Level titles compare without the kind of brackets and blanks."""
    return "".join(level.split()).replace("（", "(").replace("）", ")")
