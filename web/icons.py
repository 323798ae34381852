"""Line icons on a 24 × 24 grid, our own. Always beside words, so they are hidden from screen readers.

Icons and tags stand dozens of times on a page: as functions that remember they cost a tenth of a template macro.
"""

from functools import cache, lru_cache

from markupsafe import Markup, escape

SHAPES: dict[str, str] = {
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "done": '<circle cx="12" cy="12" r="9"/><path d="M8 12.3l3 3 5.2-5.8"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="M9 9l6 6M15 9l-6 6"/>',
    "warn": '<path d="M12 3.5L2.5 20h19L12 3.5z"/><path d="M12 10v4.5M12 17.3v.2"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.2"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.5 2"/>',
    "home": '<path d="M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1"/>',
    "file": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4M9 12h6M9 16h6"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20c1-4 4-6 7.500-6s6.500 2 7.500 6"/>',
    "people": '<circle cx="9" cy="8.500" r="3.500"/><path d="M2.500 19.500c.8-3.500 3.300-5.500 6.500-5.500s5.700 2 6.500 5.500'
    'M16 5.300a3.500 3.500 0 010 6.400M18.500 14.600c1.600.9 2.600 2.600 3 4.900"/>',
    "phone": '<rect x="7" y="2.500" width="10" height="19" rx="2"/><path d="M11 18.500h2"/>',
    "message": '<path d="M4 5h16v12H10l-5 4v-4H4z"/>',
    "edit": '<path d="M5 19l1-4L16 5l3 3L9 18z"/>',
    "search": '<circle cx="10.500" cy="10.500" r="6"/><path d="M15 15l5.500 5.500"/>',
    "right": '<path d="M9 5l7 7-7 7"/>',
    "left": '<path d="M15 5l-7 7 7 7"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "map": '<path d="M12 21c-4-5-6.500-8-6.500-11.500a6.500 6.500 0 0113 0C18.500 13 16 16 12 21z"/><circle cx="12" cy="9.500" r="2.300"/>',
    "print": '<path d="M7 9V4h10v5M7 18H4V9h16v9h-3"/><path d="M7 14h10v6H7z"/>',
    "lock": '<rect x="5" y="11" width="14" height="9.500" rx="1.500"/><path d="M8 11V8a4 4 0 018 0v3"/>',
    "chart": '<path d="M4 20h16M7 20v-6M12 20V8M17 20v-9"/>',
    "text": '<path d="M4 19L9 6l5 13M5.600 15h6.800M15.500 19l2.700-7 2.700 7M16.500 16.500h3.500"/>',
    "money": '<circle cx="12" cy="12" r="9"/><path d="M8.500 7.500L12 12.500l3.500-5M12 12.500V18M9 13h6M9 15.500h6"/>',
    "leaf": '<path d="M12 21v-9M12 14c0-5 3-8 9-8 0 6-3 8-9 8zM12 17c0-4-3-6-8-6 0 4 3 6 8 6z"/>',
}  # fmt: skip

TAG_ICONS = {"info": "clock", "good": "check", "warn": "warn", "bad": "cross"}


@cache
def icon(name: str) -> Markup:
    """KeyError for a name that is not in SHAPES."""
    shape = SHAPES[name]
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{shape}</svg>')  # noqa: S704 - our own shapes


@lru_cache(maxsize=2000)
def tag(text: str, tone: str = "neutral") -> Markup:
    """A state in words; the icon repeats what the colour says. `tone`: neutral, info, good, warn, bad."""
    drawn = icon(TAG_ICONS[tone]) if tone != "neutral" else ""
    return Markup(f'<span class="tag {tone}">{drawn}{escape(text)}</span>')  # noqa: S704 - the text is escaped, the rest is ours
