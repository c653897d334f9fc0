"""Renders the task of an exercise, which is written in Markdown, as a part of a page."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
LOWEST = 6  # level of a heading
FIRST = 3  # below the title of the page and the heading of the section


@lru_cache(maxsize=64)
def rendered(text: str, title: str, files: str) -> Markup:
    """Return the task as HTML. HTML in it is shown as text.

    ``title`` is the heading of the page: the task's own first heading is left out if it is the same. ``files`` is the
    address of the folder with its pictures.
    """
    markdown = _markdown()
    tokens = markdown.parse(text)
    if _is_heading(tokens, title):
        tokens = tokens[3:]
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(levels.index(token.tag) + FIRST, LOWEST)}"
    for token in tokens:
        for child in token.children or []:
            _make_safe(child, files)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def pictures(text: str) -> frozenset[str]:
    """Return the names of the pictures next to the task that it shows."""
    children = [child for token in _markdown().parse(text) for child in token.children or []]
    sources = [unquote(str(child.attrs["src"])) for child in children if child.type == "image"]
    return frozenset(source for source in sources if _is_picture(source))


def type_of(picture: str) -> str:
    """Return the content type of a picture."""
    return PICTURES[PurePosixPath(picture).suffix.lower()]


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>\n')
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return markdown


def _is_heading(tokens: list[Token], title: str) -> bool:
    return len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[1].content.strip() == title.strip()


def _is_picture(source: str) -> bool:
    path = PurePosixPath(source)
    return "/" not in source and "\\" not in source and path.suffix.lower() in PICTURES


def _make_safe(child: Token, files: str) -> None:
    """Open links of other servers without telling them the address of the page, and find pictures next to the task."""
    if child.type == "link_open":
        child.attrs["rel"] = "noopener noreferrer"
    if child.type == "image":
        source = unquote(str(child.attrs["src"]))
        child.attrs["src"] = f"{files}/{quote(source)}" if _is_picture(source) else "data:,"
