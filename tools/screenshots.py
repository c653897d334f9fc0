"""Make docs/pictures/: every page of ``grader serve``, light, dark and on a phone: ``python tools/screenshots.py [PAGE ...]``.

A server grades a few submissions of people who are long dead, so that the pages have content. Without names all pages
are pictured. ``--to`` writes somewhere else, for a look at them. Needs Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.service.configuration import Configuration  # noqa: E402
from grader.service.service import open_service  # noqa: E402
from grader.service.tables import Exercise, Role  # noqa: E402
from tools.live_server import LiveServer, Person, add_people, live_server  # noqa: E402
from tools.picture import BROWSERS, OPTIONS  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
EXERCISE = "single-neuron"
CHALLENGE = "numpy-mnist"
STUDENTS = {
    "ada": "Ada Lovelace",
    "emmy": "Emmy Noether",
    "gauss": "Carl Friedrich Gauß",
    "sofja": "Софья Ковалевская",
    "khwarizmi": "محمد بن موسى الخوارزمي",
}
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1100, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1100, "height": 860}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "color_scheme": "light", "device_scale_factor": 1.5},
}
WIDTHS = {"light": 760, "dark": 760, "phone": 320}  # of the pictures
QUALITY = 60
DESK_SECONDS = 60


@dataclass(frozen=True)
class Page:
    """A page: its path, and the person that opens it; ``{demo}`` is the exercise, ``{report}`` and ``{check}`` are submissions."""

    person: str
    path: str


COURSE, DEMO = "/c/demo", f"/c/demo/a/{EXERCISE}"
PAGES = {
    "login": Page("", "/login"),
    "courses": Page("ada", "/"),
    "course": Page("ada", COURSE),
    "exercise": Page("ada", DEMO),
    "waiting": Page("emmy", "/s/{waiting}"),
    "report": Page("ada", "/s/{wrong}"),
    "receipt": Page("ada", "/s/{wrong}/receipt"),
    "account": Page("ada", "/me"),
    "tokens": Page("ada", "/me/tokens"),
    "course-staff": Page("iris", COURSE),
    "course-settings": Page("iris", f"{COURSE}/settings"),
    "people": Page("iris", f"{COURSE}/people"),
    "new-exercise": Page("iris", f"{COURSE}/exercises/new"),
    "exercise-settings": Page("iris", f"{DEMO}/settings"),
    "desk": Page("iris", f"{DEMO}/desk"),
    "class": Page("iris", f"{DEMO}/desk/class/index.html"),
    "marks": Page("iris", f"{DEMO}/desk/students/ada"),
    "extensions": Page("iris", f"{DEMO}/extensions"),
    "regrade": Page("iris", f"{DEMO}/regrade"),
    "board": Page("ada", f"{COURSE}/a/{CHALLENGE}/board"),
    "new-course": Page("root", "/new-course"),
    "admin": Page("root", "/admin"),
    "admin-queue": Page("root", "/admin/queue"),
    "admin-users": Page("root", "/admin/users"),
    "admin-retention": Page("root", "/admin/retention"),
    "admin-audit": Page("root", "/admin/audit"),
}


@contextmanager
def server_with_content(folder: Path) -> Iterator[tuple[LiveServer, dict[str, Person], dict[str, str]]]:
    """Run a server with graded submissions; yields it, its people, and the ids of submissions by name."""
    roles: dict[str, Role | None] = dict.fromkeys(STUDENTS, Role.STUDENT)
    roles |= {"iris": Role.INSTRUCTOR, "root": None}
    people = add_people(folder / "data", roles, {**STUDENTS, "iris": "Iris", "root": "Root"})
    service = open_service(Configuration(data_dir=folder / "data"))
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name=CHALLENGE).one().board = True
    service.close()
    examples = ROOT / "examples" / EXERCISE
    solution = (ROOT / "assignments" / EXERCISE / "solution.py").read_bytes()
    with live_server(folder / "data", "--jobs", "2") as server:
        handed_in = {
            "wrong": ("ada", "neuron.py", (examples / "wrong.py").read_bytes()),
            "notebook": ("gauss", "neuron.ipynb", (examples / "correct.ipynb").read_bytes()),
            "right": ("sofja", "neuron.py", solution),
            "broken": ("khwarizmi", "neuron.py", b"def sigmoid(z:\n"),
        }
        ids = {}
        for name, (person, file, content) in handed_in.items():
            ids[name] = server.hand_in(people[person], EXERCISE, file, content, "attempt")
            server.wait_for(people[person], ids[name])
        yield server, people, ids


def picture(
    server: LiveServer, chromium: Any, person: Person | None, path: str, view: str, full: bool = False
) -> Image.Image:
    """Return a picture of a page as a person sees it."""
    context = chromium.new_context(locale="en", reduced_motion="reduce", **VIEWS[view])
    if person is not None:
        cookie = {"name": "grader_login", "value": person.cookie, "url": server.address}
        context.add_cookies([cookie])
    page = context.new_page()
    page.goto(server.address + path)
    image = Image.open(io.BytesIO(page.screenshot(full_page=full))).convert("RGB")
    context.close()
    return image


def make(names: list[str], folder: Path, full: bool = False) -> None:
    """Write the pictures of these pages."""
    from playwright.sync_api import sync_playwright

    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("There is no Chromium: install it with 'apt-get install chromium'.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        server_with_content(Path(data)) as (server, people, ids),
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=list(OPTIONS))
        if any(PAGES[name].path.startswith(f"{DEMO}/desk") for name in names):
            _wait_for_class(server, people["iris"])
        for name in names:
            page = PAGES[name]
            for view in VIEWS:
                if "{waiting}" in page.path:
                    ids["waiting"] = _unfinished(server, people)
                image = picture(server, chromium, people.get(page.person), page.path.format(**ids), view, full)
                if not full:
                    image.thumbnail((WIDTHS[view], 10_000))
                image.save(folder / f"{name}-{view}.webp", quality=QUALITY, method=6)
        chromium.close()


def _wait_for_class(server: LiveServer, person: Person) -> None:
    """Open the desk until the pages of the class are written."""
    end = time.monotonic() + DESK_SECONDS
    while time.monotonic() < end:
        answer = httpx.get(f"{server.address}{DEMO}/desk", cookies={"grader_login": person.cookie}, trust_env=False)
        if "class/index.html" in answer.text:
            return
        time.sleep(1)


def _unfinished(server: LiveServer, people: dict[str, Person]) -> str:
    """Return a submission that waits behind two that take long."""
    now = time.time_ns()  # so that no result is kept
    solution = (ROOT / "assignments" / EXERCISE / "solution.py").read_bytes()
    for name in ("gauss", "sofja", "khwarizmi", "ada"):
        slow = (
            f"import time\ntime.sleep(6)  # {name} {now}\n".encode() + solution
        )  # a file without a solution is not run
        server.hand_in(people[name], EXERCISE, "neuron.py", slow)
    return server.hand_in(people["emmy"], EXERCISE, "neuron.py", solution + f"# {now}\n".encode())


def main() -> None:
    """Make the pictures that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pages", nargs="*", choices=[[], *PAGES], metavar="PAGE")
    parser.add_argument("--to", type=Path, default=PICTURES)
    parser.add_argument("--full", action="store_true", help="whole pages in full size, to look at")
    arguments = parser.parse_args()
    make(arguments.pages or [*PAGES], arguments.to, arguments.full)


if __name__ == "__main__":
    main()
