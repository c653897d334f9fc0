"""Makes the web application of a service."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ..logins.ways import Ways
from ..service.configuration import Configuration
from ..service.desks import Desks
from ..service.errors import Refusal, Unreadable, missing
from ..service.service import Service
from ..support.errors import UsageError
from ..support.hosts import is_this_machine
from ..version import __version__
from . import (
    account_pages,
    admin_pages,
    admin_user_pages,
    answers,
    api,
    api_description,
    board_pages,
    course_pages,
    course_settings_pages,
    csrf,
    delivery_pages,
    desk_pages,
    exercise_pages,
    exercise_settings_pages,
    extension_pages,
    hook_routes,
    language_pages,
    link_pages,
    lti_admin_pages,
    lti_arrivals,
    lti_link_pages,
    lti_pages,
    lti_register_pages,
    mark_pages,
    me_pages,
    members_pages,
    operation_pages,
    own_data_pages,
    pages,
    people_pages,
    privacy_pages,
    regrade_pages,
    repository_pages,
    submission_pages,
    way_pages,
)
from .below_path import BelowPath
from .body_limits import BodyLimits
from .first_protocol import FirstProtocol
from .head_requests import HeadRequests
from .headers import SecurityHeaders
from .languages import Languages
from .origin import SameOrigin
from .own_host import OwnHost
from .request_log import RequestLog
from .request_metrics import RequestMetrics

ROUTERS = (
    account_pages.router,
    admin_pages.router,
    admin_user_pages.router,
    *api.ROUTERS,
    board_pages.router,
    course_pages.router,
    course_settings_pages.router,
    delivery_pages.router,
    desk_pages.router,
    exercise_pages.router,
    exercise_settings_pages.router,
    extension_pages.router,
    hook_routes.router,
    repository_pages.router,
    language_pages.router,
    link_pages.router,
    lti_admin_pages.router,
    lti_arrivals.router,
    lti_link_pages.own_router,
    lti_link_pages.router,
    lti_pages.router,
    lti_register_pages.router,
    mark_pages.router,
    me_pages.router,
    members_pages.router,
    operation_pages.router,
    own_data_pages.router,
    people_pages.router,
    privacy_pages.router,
    regrade_pages.router,
    submission_pages.router,
    way_pages.router,
)
FREQUENT = (*api.ROUTERS, submission_pages.router, exercise_pages.router)
"""The routers of every submission: routes are tried in their order, so these come first."""


def make_app(service: Service) -> FastAPI:
    """Return the web application of a service. Only the API is part of its OpenAPI document."""
    app = FastAPI(
        title="grader",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would redirect to the host that the request names
        dependencies=[Depends(csrf.check)],
    )
    app.state.service = service
    app.state.desks = Desks(service)
    app.state.metrics = RequestMetrics()
    app.state.ways = Ways(service.configuration)
    for router in sorted(ROUTERS, key=lambda router: router not in FREQUENT):
        app.include_router(router)
    api_description.describe(app)

    @app.get("/static/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(pages.style_sheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @app.get("/static/{name}.js", include_in_schema=False)
    def script(name: str) -> Response:
        path = pages.STATIC / f"{name}.js"
        if path.name not in {file.name for file in pages.STATIC.glob("*.js")}:
            raise missing()
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})

    @app.exception_handler(Refusal)
    def refuse(request: Request, refusal: Refusal) -> Response:
        return answers.refused(request, refusal)

    @app.exception_handler(HTTPException)
    def refuse_request(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return answers.refused(request, missing())
        refusal = Refusal(answers.sentence_of(request, error))
        refusal.status = error.status_code
        response = answers.refused(request, refusal)
        response.headers.update(error.headers or {})  # such as the methods that are allowed
        return response

    @app.exception_handler(RequestValidationError)
    def refuse_fields(request: Request, error: RequestValidationError) -> Response:
        return answers.refused(request, Unreadable(answers.problem_of(error)))

    refuse_hidden_pages(service.configuration.root)
    add_protection(app, service.configuration)
    return app


def refuse_hidden_pages(root: str) -> None:
    """Raise UsageError if the path below which the server is begins like its own pages: their addresses would be ambiguous."""
    names = {route.path.split("/")[1] for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    first = root.partition("/")[2].partition("/")[0]
    if first in names - {""}:
        raise UsageError(
            f"The server cannot be below {root}, because /{first} is an address of the pages: choose another path."
        )


def add_protection(app: FastAPI, configuration: Configuration) -> None:
    """Wrap an application into what protects it. The last one is the first that sees a request."""
    app.add_middleware(HeadRequests)
    app.add_middleware(SameOrigin)
    app.add_middleware(BodyLimits, configuration.limits)
    if configuration.proxy:
        app.add_middleware(ProxyHeadersMiddleware, configuration.proxy)
        app.add_middleware(FirstProtocol)
    app.add_middleware(OwnHost, configuration)
    app.add_middleware(RequestLog, app.state.metrics)
    app.add_middleware(Languages)
    is_for_others = bool(configuration.proxy) or not is_this_machine(configuration.host)
    app.add_middleware(SecurityHeaders, configuration.is_secure and is_for_others)
    app.add_middleware(BelowPath, configuration.root)
