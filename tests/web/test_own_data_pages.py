"""A user gets the own data as a file."""

from __future__ import annotations

import io
import zipfile


def test_own_data_is_a_zip_file(browser):
    answer = browser("ada").get("/me/data.zip")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="ada.zip"')
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["account.json", "submissions.json"]
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_nobody_gets_no_data(browser):
    assert browser().get("/me/data.zip").status_code == 303
