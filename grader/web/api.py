"""All parts of the API below ``/api/v1``."""

from __future__ import annotations

from . import api_boards, api_class, api_courses, api_marks, api_regrades, api_results, api_submissions

ROUTERS = tuple(
    module.router
    for module in (api_submissions, api_results, api_courses, api_class, api_marks, api_regrades, api_boards)
)
