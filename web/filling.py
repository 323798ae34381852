"""What filling in a form needs beyond the payload itself: options that lie in the database, uploads put away."""

from datetime import date
from typing import Any

import msgspec

from db.queries import portal as query
from db.queries import regions
from domain import money
from domain.parameters import Kind, Missing, Parameters, Row
from web.storage import Storage
from web.uploads import Upload


async def tiers(county_code: int, on: date) -> list[tuple[str, str]]:
    """缴费档次 that can be chosen on a day; nothing while the office has entered none."""
    rows = await query.parameters(county_code, Kind.TIER)
    try:
        found = Parameters(Row(**msgspec.structs.asdict(row)) for row in rows).tiers(on)
    except Missing:
        return []
    return [(str(tier.fen), f"每年{money.show(tier.fen)}元") for tier in found]


async def places(county_code: int, prefix: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """All open groups under `prefix` as the region macro wants them: ("柳湾镇/东坪村", ((code, "一组"), …))."""
    found = await regions.below(county_code, prefix, 12)
    upper = await regions.short_names(
        [code[:length] for code in {group.code[:10] for group in found} for length in (8, 10)]
    )
    groups: dict[str, list[tuple[str, str]]] = {}
    for group in found:
        path = "/".join(upper.get(group.code[:length], "") for length in (8, 10))
        groups.setdefault(path, []).append((group.code, group.name))
    return list(groups.items())


async def stored(storage: Storage, upload: Upload) -> dict[str, Any]:
    """Puts a file away; what domain.case.flow wants to know of it."""
    return {
        "storage_key": await storage.put(upload.content, "attachment"),
        "thumbnail_key": await storage.put(upload.thumbnail, "thumbnail"),
        "media_type": upload.media_type,
        "byte_count": upload.byte_count,
        "page_count": upload.page_count,
        "filename": upload.filename,
    }
