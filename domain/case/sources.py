"""数据比对: asking the sources, and the findings every item shares (规程第六条; R-005, R-497)."""

from collections.abc import Iterable

from db.queries import sources
from domain.case.item import SOURCE_TITLES, Answer, Source
from domain.errors import Finding, Weight


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
    return [Finding("deceased-on-record", f"登记信息显示已于{record.get('died_on', '')}死亡，请先核实。", basis="规程第三十二条")]


def name_in_household_register(name: str, answers: Iterable[Answer]) -> list[Finding]:
    answer = answer_of(answers, Source.HOUSEHOLD_REGISTER)
    if answer.record is None or answer.name == name:
        return []
    return [Finding("identity-mismatch", f"填写的姓名是“{name}”，公安户籍库登记的是“{answer.name}”。", basis="规程第八条")]
