"""List pages stay flat: the same page of an inbox and of "my cases" with ten thousand, a hundred thousand, a million cases."""

import asyncio
import statistics
import time
from datetime import date
from typing import Any

from bench.stage import Stage
from db import engine
from db.stores.cases import seal_answers
from tests import make

FILL = """
insert into service_case (county_code, item, profile, status, step, case_no, subject_name, subject_index, region_code,
  applicant_kind, applicant_name, applicant_index, filer_kind, filer_id, filer_name, channel, payload_sealed, verify_token,
  received_on, limit_days, due_on, desk, waiting_post, created_at, touched_at)
select 439901, 'enrollment', 'national', case when n % 10 = 0 then 'preliminary_passed' else 'effected' end, 1,
  '439901-' || n, '乡亲' || n, decode(md5((n / 3)::text) || md5(n::text), 'hex'), '43990101020' || (1 + n % 2),
  'resident', '乡亲' || n, decode(md5((n / 40)::text) || md5((n / 40)::text), 'hex'), 'resident', n, '乡亲' || n, 'portal',
  $3, '439901-t' || n, date '2026-10-01' + (n % 50), 3, date '2026-10-06' + (n % 50),
  case when n % 10 = 0 then '439901' end, case when n % 10 = 0 then 'county_enrollment' end, $4, $4
from generate_series($1::int, $2::int) n
"""


async def fill(first: int, last: int) -> None:
    sealed = seal_answers({**make.ENROLLMENT, "name": "乡亲", "id_number": make.LI_XIUYING.id_number})
    for start in range(first, last + 1, 100_000):
        await engine.execute(FILL, start, min(start + 99_999, last), sealed, make.FRIDAY)


async def measure(call: Any, times: int = 200) -> float:
    """Median milliseconds of one call."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        await call()
        spent.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(spent), 3)


async def run(stage: Stage, sizes: tuple[int, ...]) -> dict[str, Any]:
    name = "bench_lists"
    await engine.open_pool(await stage.copy(name), max_size=2)
    owner = await stage.owner(name)
    rows, before = [], 0
    for size in sizes:
        await fill(before + 1, size)
        before = size
        await owner.execute("update service_case set applicant_index = $1 where id <= 40", make.LI_XIUYING.index)
        await owner.execute("analyze service_case")
        rows.append({"cases": size, **await _pages()})
    await owner.close()
    await engine.close_pool()
    first, last = rows[0], rows[-1]
    grown = {page: round(last[page] / first[page], 2) for page in first if page.endswith("_ms")}
    return {
        "what": "median ms of one page of a list",
        "sizes": rows,
        "grown_from_first_to_last": grown,
        "target": "flat",
    }


async def _pages() -> dict[str, float]:
    from bench import screens  # noqa: PLC0415 - needs the sites, which this file's filling does not

    return {f"{name}_ms": await measure(call) for name, call in screens.queries(date(2026, 11, 20)).items()}


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    return asyncio.run(run(stage, (10_000, 50_000) if quick else (10_000, 100_000, 1_000_000)))
