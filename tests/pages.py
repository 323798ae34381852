"""What every page owes to everybody who reads it. Call `check` on each page that a test fetches (R-513, R-514, R-515)."""

from collections import Counter
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
NEEDS_NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})


class Node:
    """An element with its attributes, its parent and its children (elements and texts)."""

    def __init__(self, tag: str, attrs: dict[str, str], parent: "Node | None") -> None:
        self.tag, self.attrs, self.parent = tag, attrs, parent
        self.children: list[Node | str] = []

    def all(self, *tags: str) -> "list[Node]":
        found = []
        for child in self.children:
            if isinstance(child, Node):
                found += [child] if not tags or child.tag in tags else []
                found += child.all(*tags)
        return found

    def ancestors(self) -> "list[Node]":
        return [self.parent, *self.parent.ancestors()] if self.parent else []

    @property
    def text(self) -> str:
        """What a screen reader says: without script, with alt texts."""
        if self.tag in ("script", "style", "template"):
            return ""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join([*parts, self.attrs.get("alt", "")]).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Node("#document", {}, None)
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(node)
        if tag not in VOID:
            self.open = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.open))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.open.tag != tag:
            self.unbalanced.append(f"</{tag}> closes <{self.open.tag}>")
        while self.open.parent and self.open.tag != tag:
            self.open = self.open.parent
        self.open = self.open.parent or self.open

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


def parse(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def check(html: str, *, url: str) -> Node:
    """The parsed page, once it owes nothing; AssertionError with all that is missing at once."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    page = builder.root
    missing = [
        *builder.unbalanced,
        *_frame(page),
        *_ids(page),
        *_forms(page),
        *_inputs(page),
        *_words(page),
        *_inline(page),
    ]
    assert not missing, f"{url}:\n  " + "\n  ".join(missing)
    return page


def check_partial(html: str, *, url: str) -> Node:
    """The same for a piece of a page that htmx asked for."""
    page = parse(html)
    missing = [*_ids(page), *_forms(page), *_inputs(page), *_words(page), *_inline(page)]
    assert not missing, f"{url}:\n  " + "\n  ".join(missing)
    return page


def _frame(page: Node) -> list[str]:
    missing = []
    root = page.all("html")
    titles, headings, mains = page.all("title"), page.all("h1"), page.all("main")
    if not root or root[0].attrs.get("lang") != "zh-CN":
        missing.append('no <html lang="zh-CN">')
    if len(titles) != 1 or len(headings) != 1:
        missing.append(f"{len(titles)} titles and {len(headings)} h1, should be one each")
    elif titles[0].text.split(" – ")[0] != headings[0].text:
        missing.append(f"title “{titles[0].text}” does not begin with the h1 “{headings[0].text}”")
    if len(mains) != 1:
        missing.append(f"{len(mains)} <main>")
    if not any(
        meta.attrs.get("name") == "viewport" and "width=device-width" in meta.attrs.get("content", "")
        for meta in page.all("meta")
    ):
        missing.append("no viewport meta")
    links = page.all("a")
    if not links or not mains or links[0].attrs.get("href") != f"#{mains[0].attrs.get('id', '')}":
        missing.append("the first link does not skip to <main>")
    if not any(form.attrs.get("action") == "/text-size" for form in page.all("form")):
        missing.append("no elder switch")
    return missing


def _ids(page: Node) -> list[str]:
    nodes = page.all()
    ids = Counter(node.attrs["id"] for node in nodes if "id" in node.attrs)
    missing = [f"id {name} appears {times} times" for name, times in ids.items() if times > 1]
    for node in nodes:
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            missing += [
                f"{attribute} names {name}, which is not there"
                for name in node.attrs.get(attribute, "").split()
                if name not in ids
            ]
        if node.tag == "a" and node.attrs.get("href", "").startswith("#f-") and node.attrs["href"][1:] not in ids:
            missing.append(f"the error link {node.attrs['href']} leads nowhere")
    return missing


def _forms(page: Node) -> list[str]:
    missing = []
    for form in page.all("form"):
        name = f"form {form.attrs.get('action', '?')}"
        method = form.attrs.get("method", "").lower()
        if method not in ("get", "post") or not form.attrs.get("action"):
            missing.append(f"{name} has no method or no action")
        if method == "post" and not any(field.attrs.get("name") == "_csrf" for field in form.all("input")):
            missing.append(f"{name} has no _csrf")
        if (
            any(field.attrs.get("type") == "file" for field in form.all("input"))
            and form.attrs.get("enctype") != "multipart/form-data"
        ):
            missing.append(f"{name} sends files without enctype")
        buttons = [
            b
            for b in form.all("button", "input")
            if b.attrs.get("type", "submit" if b.tag == "button" else "") in ("submit", "image")
        ]
        if not buttons:
            missing.append(f"{name} has no button, so it does not work without script")
        if any(inner.tag == "form" for inner in form.ancestors()):
            missing.append(f"{name} lies inside a form")
    return missing


def _inputs(page: Node) -> list[str]:
    labelled = {label.attrs["for"] for label in page.all("label") if label.text and "for" in label.attrs}
    missing = []
    for field in page.all("input", "select", "textarea"):
        if field.attrs.get("type", "text") in NEEDS_NO_LABEL and field.tag == "input":
            continue
        wrapped = any(outer.tag == "label" and outer.text for outer in field.ancestors())
        if not wrapped and field.attrs.get("id", "") not in labelled and not field.attrs.get("aria-label"):
            missing.append(f"{field.tag} {field.attrs.get('name', '?')} has no label")
    legends = [
        any(isinstance(c, Node) and c.tag == "legend" and c.text for c in group.children)
        for group in page.all("fieldset")
    ]
    return missing + ["a fieldset has no legend" for legend in legends if not legend]


def _words(page: Node) -> list[str]:
    missing = [f"img {img.attrs.get('src', '?')} has no alt" for img in page.all("img") if "alt" not in img.attrs]
    for node in page.all("a", "button"):
        if not node.text and not node.attrs.get("aria-label"):
            missing.append(f"<{node.tag} {node.attrs}> has no words")
        if node.tag == "a" and not node.attrs.get("href"):
            missing.append(f"link “{node.text}” leads nowhere")
    missing += [
        f"table “{table.text[:20]}” has no caption"
        for table in page.all("table")
        if not any(c.text for c in table.all("caption"))
    ]
    return missing


def _inline(page: Node) -> list[str]:
    """What the content security policy forbids would silently not work."""
    missing = ["inline <script>" for script in page.all("script") if "src" not in script.attrs]
    missing += ["inline <style>" for _ in page.all("style")]
    for node in page.all():
        missing += [
            f"{name} on <{node.tag}>" for name in node.attrs if name == "style" or name.startswith(("on", "hx-on"))
        ]
        if node.attrs.get("href", "").lower().startswith("javascript:"):
            missing.append(f"javascript: in <{node.tag}>")
    return missing
