from __future__ import annotations

import pytest

from grader.notebook import source

pytestmark = pytest.mark.quick


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.ipynb").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    "announcement",
    ["{here}/mine.ipynb", "mine.ipynb", "RTC:mine.ipynb", "/home/of/the/server/mine.ipynb", "work/mine.ipynb"],
)
def test_jupyter_names_the_file(here, announcement):
    path = source.edited_notebook({}, {"JPY_SESSION_NAME": announcement.format(here=here)})
    assert path is not None
    assert path.resolve() == here / "mine.ipynb"


@pytest.mark.parametrize("announcement", ["", "Console 1", "renamed.ipynb", "mine.py", "0b9c-11"])
def test_session_without_a_file_is_graded(announcement):
    assert source.edited_notebook({"__vsc_ipynb_file__": None}, {"JPY_SESSION_NAME": announcement}) is None


def test_age_of_a_file_in_words():
    announcement = [source.ago(seconds) for seconds in (0, 14.4, 300, 7000, 3 * 86400)]
    assert announcement == ["saved 0 s ago", "saved 14 s ago", "saved 5 min ago", "saved 2 h ago", "saved 3 days ago"]


def test_file_is_required_outside_ipython(here):
    with pytest.raises(source.UsageError, match="give the file to grade as the second argument"):
        source.choose(None, None, here)
