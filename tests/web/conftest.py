"""The web application of a service in an empty data folder, and browsers in which users are signed in."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from grader.service import accounts
from grader.service.access import SCOPES
from grader.service.tables import User
from grader.web import csrf, requests
from grader.web.app import make_app
from tests.service.conftest import caller, change, new_data, new_database, service, written_here  # noqa: F401


@pytest.fixture
def app(service, written_here):  # noqa: F811
    return make_app(service)


@pytest.fixture
def browser(app, service):  # noqa: F811
    """A function that returns a client in which a user is signed in; without a name, nobody."""

    def opened(name=""):
        client = TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)
        client.headers["Origin"] = "http://127.0.0.1:8000"
        if name:
            with service.database.writing() as session:
                secret = accounts.sign_in(session, session.query(User).filter_by(name=name).one())
            client.cookies.set(requests.COOKIE, secret, domain="127.0.0.1")
            client.headers[csrf.HEADER] = csrf.token_for(secret)  # instead of the field of each form
        return client

    return opened


@pytest.fixture
def api(app, service):  # noqa: F811
    """A function that returns a client of the API with a token of a user."""

    def opened(name, scopes=SCOPES):
        client = TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)
        with service.database.writing() as session:
            token = accounts.new_token(session, session.query(User).filter_by(name=name).one(), scopes)
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    return opened


@pytest.fixture
def form(browser):
    """A function that sends a form of a page as a user, with its hidden token."""

    def send(name, page, target=None, files=None, **fields):
        client = browser(name)
        token = re.search(r'name="csrf" value="(\w+)"', client.get(page).text)[1]
        return client.post(target or page, data={"csrf": token, **fields}, files=files)

    return send
