"""The addresses to which GitHub and GitLab send webhooks. The answer comes at once; a push is handled later."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from ..service import hooks
from ..service.errors import Refusal, missing
from ..service.hooks import ForgedWebhook, HookAnswer
from ..service.repository_settings import GITHUB, GITLAB
from . import signed_in
from .requests import ServiceOf

router = APIRouter(include_in_schema=False)


@router.post("/hooks/{kind}/{name}")
async def receive(request: Request, kind: str, name: str, service: ServiceOf) -> Response:
    """Receive a webhook: 202 if something is done because of it, 200 if nothing has to be done."""
    if kind not in (GITHUB, GITLAB):
        raise missing()
    body = await request.body()

    def handle() -> HookAnswer:
        try:
            return hooks.receive(service, kind, name, dict(request.headers), body)
        except ForgedWebhook:
            service.rates.count_form(signed_in.address_of(request))  # raises TooMany for somebody who guesses
            raise

    try:
        answer = await run_in_threadpool(handle)
    except Refusal as refusal:
        headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else {}
        return JSONResponse({"message": str(refusal)}, refusal.status, headers)
    return JSONResponse({"message": answer.sentence}, 202 if answer.is_new else 200)
