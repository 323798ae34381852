"""数据比对: asking the sources, and the findings every item shares (规程第六条; R-005, R-497)."""

from collections.abc import Iterable
from datetime import date

from db.queries import sources
from domain.case.item import SOURCE_TITLES, Answer, Comparison, Source
from domain.errors import Finding, Problem, Refused, Weight


async def ask(county_code: int, id_index: bytes, wanted: Iterable[Source]) -> tuple[Answer, ...]:
    """One answer a source, in the order asked, from the newest snapshot each has left with us."""
    rows = await sources.ask(county_code, id_index, [source.value for source in wanted])
    return tuple(
        Answer(
            source=Source(row.source),
            available=row.available,
            as_of_on=row.as_of_on,
            batch_id=row.batch_id,
            batch_no=row.batch_no,
            name=row.name,
            record=row.record,
        )
        for row in rows
    )


def answer_of(answers: Iterable[Answer], source: Source) -> Answer:
    return next(answer for answer in answers if answer.source is source)


def unavailable(answers: Iterable[Answer]) -> list[Finding]:
    """A source that is down makes the case wait or go on commitment, never asks anybody for a certificate."""
    return [
        Finding(
            f"source-down-{answer.source}",
            f"{SOURCE_TITLES[answer.source]}暂时连不上，请等恢复后再审，或者按承诺办理。不得让居民去开证明。",
            basis="规程第六条",
            weight=Weight.WAITS,
        )
        for answer in answers
        if not answer.available
    ]


def deceased(answers: Iterable[Answer]) -> list[Finding]:
    record = answer_of(answers, Source.DEATHS).record
    if record is None:
        return []
    return [
        Finding(
            "deceased-on-record", f"登记信息显示已于{record.get('died_on', '')}死亡，请先核实。", basis="规程第三十二条"
        )
    ]


def name_in_household_register(name: str, answers: Iterable[Answer]) -> list[Finding]:
    answer = answer_of(answers, Source.HOUSEHOLD_REGISTER)
    if answer.record is None or answer.name == name:
        return []
    return [
        Finding("identity-mismatch", f"填写的姓名是“{name}”，公安户籍库登记的是“{answer.name}”。", basis="规程第八条")
    ]


def identity_lines(name: str, birth: date | None, address: str | None, answers: Iterable[Answer]) -> list[Comparison]:
    """What was declared beside what the household register says."""
    answer = answer_of(answers, Source.HOUSEHOLD_REGISTER)
    record = answer.record or {}
    lines = {"姓名": (name, answer.name), "出生日期": (birth.isoformat() if birth else "", record.get("born_on"))}
    if address is not None:
        lines["户口所在地"] = (address, record.get("address"))
    return [
        Comparison(title, declared, SOURCE_TITLES[Source.HOUSEHOLD_REGISTER], said(answer, says), answer.as_of_on,
                   None if says is None else says == declared)
        for title, (declared, says) in lines.items()
    ]  # fmt: skip


def absence_line(title: str, source: Source, answers: Iterable[Answer]) -> Comparison:
    """A source that should not know the person: agrees when it does not."""
    answer = answer_of(answers, source)
    says = (
        "没有记录"
        if answer.record is None
        else "；".join(f"{WORDS.get(k, k)}：{WORDS.get(v, v)}" for k, v in answer.record.items())
    )
    agrees = None if not answer.available else answer.record is None
    return Comparison(
        title, "没有记录", SOURCE_TITLES[source], says if answer.available else "暂时连不上", answer.as_of_on, agrees
    )


def said(answer: Answer, text: str | None) -> str:
    if not answer.available:
        return "暂时连不上"
    return text if text is not None else "没有记录"


# What the sources' short codes mean, for the comparison page.
WORDS: dict[str, str] = {
    "status": "状态", "insured": "正在参保", "receiving": "正在领取待遇", "since": "起始", "scheme": "险种",
    "resident": "城乡居民养老保险", "employee": "职工养老保险", "place": "参保地", "county_code": "区划代码",
    "died_on": "死亡日期", "source_note": "说明", "unit": "单位",
}  # fmt: skip


def cannot_undo(why: str) -> Refused:
    return Refused(Problem("cannot-undo", f"不能撤销：{why}"))
