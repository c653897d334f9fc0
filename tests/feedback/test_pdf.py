"""Tests of printing a page."""

from __future__ import annotations

import stat

import pytest

from grader.feedback import pdf
from grader.support.errors import NotGradable, UsageError
from tests.feedback.people import letter, person


def test_missing_browser_is_reported_with_the_remedy(monkeypatch):
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    with pytest.raises(UsageError, match=r"install it .'apt-get install chromium'., or omit --pdf"):
        pdf.browser()


def test_browser_that_prints_nothing_is_reported(monkeypatch, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\necho no sandbox >&2\nexit 1\n")
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(pdf, "BROWSERS", (str(browser),))
    with pytest.raises(NotGradable, match=r"cannot print the page of Erika Mustermann \(no sandbox\)"):
        [*pdf.printed([letter(person())])]


@pytest.mark.skipif(not any(map(pdf.shutil.which, pdf.BROWSERS)), reason="no Chromium")
def test_each_letter_gets_its_own_page():
    letters = [letter(person("Zoë Weiß", "1")), letter(person("李 娜", "2"))]
    printed_letters = [*pdf.printed(letters)]
    assert [each.recipient for each in printed_letters] == [each.recipient for each in letters]
    assert all(each.files[".pdf"].startswith(b"%PDF") for each in printed_letters)
