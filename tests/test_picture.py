"""tools/picture.py: the picture of a report in README.md is small and shows what a report says today."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tools import picture

MAX_BYTES = 150_000


def test_picture_shows_the_sentences_of_todays_report(tmp_path):
    picture.write_page(tmp_path / "report.html", tmp_path)
    assert picture.recorded() == picture.sentences(tmp_path / "report.html"), "run 'make picture' and commit it"


def test_picture_is_small():
    assert 5_000 < picture.PICTURE.stat().st_size < MAX_BYTES


def test_picture_shows_no_path_or_version_of_one_machine():
    texts = " ".join(picture.recorded())
    assert str(picture.ROOT) not in texts
    assert "Python" not in texts and "home" not in texts


@pytest.mark.long
@pytest.mark.skipif(not any(map(shutil.which, picture.BROWSERS)), reason="no Chromium")
def test_picture_can_be_made_again(tmp_path):
    pytest.importorskip("playwright")
    with ThreadPoolExecutor() as pool:  # other tests of this process may have a browser open in its main thread
        pool.submit(picture.make, tmp_path / "again.png").result()
    with Image.open(tmp_path / "again.png") as image:
        assert image.width == picture.WIDTH and image.height > 400
        assert len(image.convert("L").getcolors()) > 10  # not a blank page
