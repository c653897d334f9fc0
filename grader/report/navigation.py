"""The links on an instructor's page: to the class, to the pages of the previous and the next student, and to the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from ..support.i18n import _
from .html import HEADER, POLICY, TEMPLATES, policy_with


@dataclass(frozen=True)
class Neighbour:
    """The page of another student: its address and the name of the student."""

    address: str
    who: str


def with_navigation(page: str, overview: str, previous: Neighbour | None, following: Neighbour | None) -> str:
    """Return a page of :func:`html.render` with links to the class and to the students before and after this one.

    ``overview`` is the address of the class page. If the class page shows only some students, a script leads to
    those before and after this one, and back to them. It is the only script that the page allows.
    """
    links = Markup(
        '<nav class="class" aria-label="{}">{}{}{}<span id="position" data-text="{}" hidden></span></nav>'
    ).format(
        _("Class"),
        Markup('<a id="overview" href="{}">{}</a>').format(overview, _("← The class")),
        _link("previous", "prev", _("Previous:"), previous),
        _link("following", "next", _("Next:"), following),
        _("{number} of {count} listed students"),
    )
    page = page.replace(str(escape(POLICY)), str(escape(policy_with(script()))), 1)
    page = page.replace(HEADER, f"{HEADER}{links}", 1)
    beginning, end_tag, end = page.rpartition("</body>")
    return f"{beginning}<script>{script()}</script>\n{end_tag}{end}"


def with_links(page: str, links: Sequence[tuple[str, str]]) -> str:
    """Return a page of a class with further links, (address, text), at its beginning."""
    items = Markup("").join(Markup('<a href="{}">{}</a>').format(address, text) for address, text in links)
    bar = Markup('<nav class="class" aria-label="{}">{}</nav>').format(_("Desk"), items)
    return page.replace(HEADER, f"{HEADER}{bar}", 1)


def _link(name: str, relation: str, label: str, neighbour: Neighbour | None) -> Markup:
    """Return a link, hidden without a neighbour: the script may need it."""
    address = Markup(' href="{}"').format(neighbour.address) if neighbour is not None else Markup(" hidden")
    return Markup('<a id="{}" rel="{}"{}>{} <span>{}</span></a>').format(
        name, relation, address, label, neighbour.who if neighbour is not None else ""
    )


@cache
def script() -> Markup:
    """Return the script of the page."""
    return Markup((TEMPLATES / "student.js").read_text(encoding="utf-8"))
