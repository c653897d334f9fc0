"""A file to download has its name in every language, and no name can add a header."""

from __future__ import annotations

import pytest

from grader.web.downloads import disposition, download


@pytest.mark.parametrize(
    ("name", "plain", "encoded"),
    [
        ("a b.py", "a b.py", "a%20b.py"),
        ("Übung.py", "_bung.py", "%C3%9Cbung.py"),
        ('x"; y=z.py', "x__ y=z.py", "x%22%3B%20y%3Dz.py"),
        ("a\r\nSet-Cookie: x", "a__Set-Cookie: x", "a%0D%0ASet-Cookie%3A%20x"),
        ("\udcff.py", "_.py", "%3F.py"),
    ],
)
def test_name_is_encoded(name, plain, encoded):
    assert disposition(name) == f"attachment; filename=\"{plain}\"; filename*=utf-8''{encoded}"


def test_type_is_never_that_of_the_content():
    answer = download(b"<script>", "page.html")
    assert answer.headers["content-type"] == "application/octet-stream"
