"""A running server and Chromium, used as a person uses them: with the keyboard, in light and dark, on a desk and on a phone."""

from __future__ import annotations

import pytest

from tools.live_server import add_people, live_server

PHONE = {"width": 390, "height": 800}
NARROW = {"width": 360, "height": 740}
MOST_STEPS = 150


def running_server(folder, roles, full_names=None):
    """Yield a server that grades in two slots, and {name: person}."""
    people = add_people(folder / "data", roles, full_names)
    with live_server(folder / "data", "--jobs", "2") as server:
        yield server, people


class Browser:
    """A browser in which a person is signed in; without a person nobody is."""

    def __init__(self, chromium, server, person=None, **options):
        self.server = server
        self.context = chromium.new_context(locale="en", **options)
        if person is not None:
            self.context.add_cookies([{"name": "grader_login", "value": person.cookie, "url": server.address}])
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message):
        if message.type == "error" and "status of 4" not in message.text:  # an answer such as 404 was asked for
            self.complaints.append(message.text)

    def open(self, path):
        """Open a page, and require that it exists."""
        answer = self.page.goto(self.server.address + path)
        assert answer.status == 200, f"{path}: {answer.status}"

    def reach(self, name):
        """Move the focus with the Tab key to the control with this name; fail if it is not reachable or not visible."""
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            if name in (names := self._focused_names()):
                outline = self.page.evaluate(
                    "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow }"
                )
                assert outline != "nonenone", f"the focus on {name} cannot be seen"
                return
        raise AssertionError(f"{name!r} cannot be reached with the keyboard; the last control was {names}")

    def press(self, name):
        """Reach a control, and press Enter."""
        self.reach(name)
        self.page.keyboard.press("Enter")

    def write(self, name, text):
        """Reach a field, replace its content, and leave it."""
        self.reach(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose_file(self, name, path):
        """Reach a field for files, and choose a file in the dialog that the space bar opens."""
        chosen = []
        self.page.once("filechooser", lambda chooser: chosen.append(chooser.set_files(str(path))))
        self.reach(name)
        for _ in range(3):  # Chromium ignores the key if it is busy
            self.page.keyboard.press("Space")
            self.page.wait_for_timeout(1000)
            if chosen:
                return
        raise AssertionError("no dialog for files was opened")

    def text(self):
        """Return the text of the page."""
        return self.page.inner_text("body")

    def wait_for(self, text, seconds=60):
        """Wait until the page has this text."""
        self.page.get_by_text(text).first.wait_for(timeout=1000 * seconds)

    def _focused_names(self):
        return self.page.evaluate(
            """() => {
                const e = document.activeElement;
                const labels = Array.from(e.labels || []).map(label => label.innerText.trim());
                return [...labels, (e.innerText || '').trim(), e.getAttribute('aria-label') || ''].filter(Boolean);
            }"""
        )

    def require_accessible(self):
        """Require that axe finds nothing, in light and in dark, and that no script or style was refused."""
        axe = pytest.importorskip("axe_playwright_python.base").AXE_FILE_PATH.read_text()
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(axe)
            for frame in self.page.frames[:1]:
                result = frame.evaluate("axe.run(document, {iframes: false})")
                found = [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in result["violations"]]
                assert found == [], f"{self.page.url} ({scheme}): {found}"
        self.page.emulate_media(color_scheme="light")
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"

    def require_fits(self, *sizes):
        """Require that no page is wider than the window."""
        for size in sizes or (NARROW, PHONE, {"width": 1920, "height": 1000}):
            self.page.set_viewport_size(size)
            width = self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{self.page.url} at {size['width']}: {width}"
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def close(self):
        """Close the browser's windows."""
        self.context.close()
