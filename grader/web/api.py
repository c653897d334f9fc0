"""All parts of the API below ``/api/v1``."""

from __future__ import annotations

from . import api_class, api_courses, api_results, api_submissions

ROUTERS = (api_submissions.router, api_results.router, api_courses.router, api_class.router)
