"""The search for garbage stops during imports, and runs again after them, also if they fail."""

from __future__ import annotations

import gc

import pytest

from grader.support.garbage import no_collection

pytestmark = pytest.mark.quick


def test_search_stops_and_runs_again_after_an_error():
    try:
        with pytest.raises(ImportError), no_collection():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
