"""Makes the web application of a service."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from ..service.errors import NotFound, Refusal
from ..service.service import Service
from ..support.i18n import _
from ..version import __version__
from . import account_pages, answers, course_pages, pages
from .languages import Languages

ROUTERS = (account_pages.router, course_pages.router)


def make_app(service: Service) -> FastAPI:
    """Return the web application of a service. Only the API is part of its OpenAPI document."""
    app = FastAPI(
        title="grader", version=__version__, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)

    @app.get("/static/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(pages.style_sheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @app.get("/static/{name}.js", include_in_schema=False)
    def script(name: str) -> Response:
        path = pages.STATIC / f"{name}.js"
        if path.name not in {file.name for file in pages.STATIC.glob("*.js")}:
            raise NotFound(_("There is no such page, or you may not see it."))
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})

    @app.exception_handler(Refusal)
    def refuse(request: Request, refusal: Refusal) -> Response:
        return answers.refused(request, refusal)

    @app.exception_handler(HTTPException)
    def refuse_request(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return answers.refused(request, NotFound(_("There is no such page, or you may not see it.")))
        refusal = Refusal(str(error.detail))
        refusal.status = error.status_code
        return answers.refused(request, refusal)

    app.add_middleware(Languages)
    return app
