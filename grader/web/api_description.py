"""What all parts of the API share: the prefix of its addresses, the token, and the problem documents in its description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from . import hub_callers
from .answers import PROBLEM
from .api_documents import PREFIX, ProblemDocument

DESCRIPTION = """Hand in submissions, follow their grading, and read reports. Each request needs the header
`Authorization: Bearer TOKEN`. A request that is refused is answered with a problem document (RFC 9457), whose `detail` is a
sentence for people."""

TOKEN = HTTPBearer(scheme_name="token", description="A token of the page /me/tokens.", auto_error=False)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions of the answers with these statuses, as problem documents."""
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {PROBLEM: {"schema": schema}}}
        for status in statuses
    }


def api_router(tag: str) -> APIRouter:
    """Return a router for a part of the API."""
    return APIRouter(
        prefix=PREFIX,
        tags=[tag],
        dependencies=[Security(TOKEN), Depends(hub_callers.find)],
        responses=problems(401, 403, 404, 405, 422, 429, 503),
        generate_unique_id_function=_name_of,
    )


def describe(app: FastAPI) -> None:
    """Make an application describe its API in OpenAPI 3.1, with the problem documents."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title="grader", version=app.version, routes=app.routes, description=DESCRIPTION)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas[ProblemDocument.__name__] = ProblemDocument.model_json_schema()
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]


def _name_of(route: APIRoute) -> str:
    return route.name
