"""Signing in with another system, in the real application with a strict provider: accounts, invitations, and attempts to take one over."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from grader.logins.ways import Ways
from grader.logins.web_client import WebClient
from grader.service import accounts, invitations, members, passwords, people, people_table, users
from grader.service.login_settings import GroupRule, OidcLogin
from grader.service.moments import now
from grader.service.outside_tables import Identity, OneTime
from grader.service.tables import Course, Login, Membership, Role, User
from grader.web import requests, way_cookie
from grader.web.app import make_app
from tests.logins.strict_provider import CLIENT, SECRET, StrictProvider

HERE = "http://127.0.0.1:8000"
EVE = {"sub": "666", "preferred_username": "eve", "name": "Eve"}


class World:
    """Two providers, and the application."""

    def __init__(self, service):
        self.service = service
        self.university = StrictProvider("https://uni.example/realm", f"{HERE}/login/university/return")
        self.college = StrictProvider("https://college.example", f"{HERE}/login/college/return")
        self.by_name = {"university": self.university, "college": self.college}
        self.logins = [
            OidcLogin(
                kind="oidc",
                name=name,
                title=name.title(),
                issuer=provider.issuer,
                client_id=CLIENT,
                client_secret={"env": "GRADER_TEST_SECRET"},
            )
            for name, provider in self.by_name.items()
        ]
        self.apply()

    def apply(self, **changes):
        """Make the application, after changes of the settings of the university."""
        self.logins[0] = self.logins[0].model_copy(update=changes)
        self.service.configuration = replace(self.service.configuration, address=HERE, logins=tuple(self.logins))
        self.app = self.new_app()

    def new_app(self):
        """Return an application, such as that of another server with the same database."""
        app = make_app(self.service)
        app.state.ways = Ways(self.service.configuration, WebClient(transport=httpx.MockTransport(self._answer)))
        return app

    def _answer(self, request):
        provider = self.university if request.url.host == "uni.example" else self.college
        return provider.transport.handler(request)

    def browser(self, name="", app=None):
        """Return a browser, in which a user may be signed in."""
        client = TestClient(app or self.app, base_url=HERE, follow_redirects=False)
        if name:
            with self.service.database.writing() as session:
                secret = accounts.sign_in(session, users.find(session, name))
            client.cookies.set(requests.COOKIE, secret, domain="127.0.0.1")
        return client

    def begin(self, client, way="university", **parameters):
        """Press the button, sign in at the provider, and return the address to which the browser comes back."""
        answer = client.get(f"/login/{way}", params=parameters)
        assert answer.status_code == 303, answer.text
        fields = self.by_name[way].authorize(answer.headers["location"])
        return f"/login/{way}/return", fields

    def sign_in(self, client, way="university", **parameters):
        """Do a whole sign-in, and return the last answer."""
        path, fields = self.begin(client, way, **parameters)
        return client.get(path, params=fields)

    def person(self, **claims):
        """Be another person at the university."""
        self.university.claims = {"sub": "1", **claims}

    def users(self):
        with self.service.database.reading() as session:
            return {user.name: user for user in session.scalars(select(User))}

    def identities(self):
        """Return {subject: login name of the account}."""
        with self.service.database.reading() as session:
            return {each.subject: each.user.name for each in session.scalars(select(Identity))}


@pytest.fixture
def world(service, written_here, monkeypatch):
    monkeypatch.setenv("GRADER_TEST_SECRET", SECRET)
    return World(service)


def confirm(client, page, **changes):
    """Send the form of the question whether a login is to be added."""
    fields = dict(re.findall(r'name="(csrf|secret)" value="([^"]*)"', page.text)) | changes
    address = re.search(r'action="(/login/\w+/add)"', page.text)[1]
    return client.post(address, data=fields)


def who(client):
    """Return the login name of the user who is signed in, "" for nobody."""
    answer = client.get("/me")
    return re.search(r"Login name: <bdi>(.*?)</bdi>", answer.text)[1] if answer.status_code == 200 else ""


@pytest.mark.quick
def test_first_sign_in_makes_an_account_and_the_next_ones_find_it(world):
    client = world.browser()
    page = client.get("/login?next=/c/demo").text
    assert 'href="/login/university?next=/c/demo">Sign in with University</a>' in page
    world.person(preferred_username="grace", name="Grace Hopper", email="grace@example.org")
    answer = world.sign_in(client, next="/c/demo")
    assert answer.headers["location"] == "/welcome?next=%2Fc%2Fdemo"
    welcome = client.get(answer.headers["location"]).text
    assert '<a class="button strong" href="/c/demo">' in welcome
    grace = world.users()["grace"]
    assert (grace.full_name, grace.email, grace.password) == ("Grace Hopper", "grace@example.org", "")
    second = world.browser()
    assert world.sign_in(second, next="/c/demo").headers["location"] == "/c/demo"
    assert (who(client), who(second)) == ("grace", "grace")


def test_sign_in_lasts_twelve_hours_and_has_a_new_cookie(world):
    client = world.browser("ben")
    old = client.cookies[requests.COOKIE]
    client.cookies.clear()
    client.cookies.set(requests.COOKIE, "chosen-by-an-attacker", domain="127.0.0.1")
    answer = world.sign_in(client)
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(requests.COOKIE))
    assert {"HttpOnly", "SameSite=lax", "Max-Age=43200"} <= set(cookie.split("; "))
    assert client.cookies[requests.COOKIE] not in (old, "chosen-by-an-attacker")
    with world.service.database.reading() as session:
        login = session.scalar(select(Login).where(Login.via == "oidc"))
    assert timedelta(hours=11.9) < login.expires - now() <= timedelta(hours=12)


def test_cookie_of_the_way_cannot_be_read_by_scripts(world):
    answer = world.browser().get("/login/university?next=/c/demo")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(way_cookie.COOKIE))
    assert {"HttpOnly", "SameSite=lax", "Max-Age=7200", "Path=/"} <= set(cookie.split("; "))


def test_same_name_and_mail_lead_to_another_account(world):
    """Everybody can choose a name and an address at some provider: neither may lead into the account of somebody else."""
    with world.service.database.writing() as session:
        ada = users.find(session, "ada")
        ada.email, ada.password = "ada@example.org", passwords.hash_of("correct horse")
    world.person(preferred_username="ada", name="Ada", email="ada@example.org", email_verified=True)
    client = world.browser()
    page = client.get(world.sign_in(client).headers["location"]).text
    assert "The login name ada is not possible here, or somebody else has it." in page
    assert who(client) == "ada-2"
    world.college.claims = world.university.claims  # the same subject at another issuer is somebody else as well
    other = world.browser()
    world.sign_in(other, "college")
    assert who(other) == "ada-3"


@pytest.mark.parametrize("name", ["../../etc", "=cmd|x", "*", "", "\u202e", "a" * 300, "<b>x</b>", "ada\n"])
def test_strange_names_become_possible_ones(world, name):
    world.person(preferred_username=name, name=name, email=name)
    client = world.browser()
    world.sign_in(client)
    assert users.login_name(next(iter(world.identities().values())))
    assert "<b>x" not in client.get("/welcome").text


def test_welcome_says_which_facts_are_missing(world):
    world.person()
    client = world.browser()
    page = client.get(world.sign_in(client).headers["location"]).text
    assert "University has not sent your name." in page
    assert "University has not sent your e-mail address." in page


def test_two_servers_share_a_sign_in(world):
    client = world.browser()
    path, fields = world.begin(client)
    other = world.browser(app=world.new_app())
    other.cookies.update(client.cookies)
    assert other.get(path, params=fields).status_code == 303
    assert who(other) == "ada-2"


def test_two_windows_sign_in_and_the_forms_of_the_first_stay_valid(world):
    client = world.browser()
    first, second = world.begin(client, next="/me"), world.begin(client, next="/join")
    assert client.get(first[0], params=first[1]).headers["location"].startswith("/welcome")
    form = re.search(r'name="csrf" value="(\w+)"', client.get("/me").text)[1]
    assert client.get(second[0], params=second[1]).headers["location"] == "/join"
    fields = {"csrf": form, "full_name": "Ada", "email": ""}
    assert client.post("/me/name", data=fields).headers["location"] == "/me?saved=1"


def test_double_click_and_going_back_are_harmless(world):
    client = world.browser()
    client.get("/login/university?next=/me")
    path, fields = world.begin(client, next="/me")
    client.get(path, params=fields)
    assert client.get(path, params=fields).headers["location"] == "/me"  # back, with the code that was used
    assert client.get("/login/university?next=/me").headers["location"] == "/me"
    assert who(client) == "ada-2"


def test_cookie_of_an_older_sign_in_does_not_matter(world):
    client = world.browser()
    client.cookies.set(requests.COOKIE, "x" * 32, domain="127.0.0.1")
    client.cookies.set(way_cookie.COOKIE, "old.%%%", domain="127.0.0.1")
    assert world.sign_in(client).status_code == 303
    assert who(client) == "ada-2"


def refused(world, client, path, fields, next="/c/demo"):
    """Require that nobody is signed in, and that the person can begin again for the same page; return the page."""
    answer = client.get(path, params=fields)
    assert answer.status_code in (401, 503)
    assert f'href="/login/university?next={next}"' in answer.text
    assert who(client) == ""
    assert world.identities() == {}
    return answer.text


def test_answer_works_once_in_the_browser_that_began(world):
    """Login CSRF: somebody brings another person's browser to the answer for an own sign-in."""
    attacker, victim = world.browser(), world.browser()
    path, fields = world.begin(attacker, next="/c/demo")
    assert "begun in another browser" in refused(world, victim, path, fields, next="/")
    victim.get("/login/university?next=/c/demo")  # the victim has begun as well
    stolen = world.begin(attacker, next="/c/demo")
    refused(world, victim, *stolen)
    assert "begun in another browser" in refused(world, attacker, path, fields)  # used, although it was refused


@pytest.mark.parametrize("state", ["", "guess", "\u20ac", "x" * 5000])
def test_unknown_state_is_refused(world, state):
    client = world.browser()
    client.get("/login/university?next=/c/demo")
    refused(world, client, "/login/university/return", {"code": "code-0", "state": state})


@pytest.mark.parametrize(
    "query",
    ["state=a&state=b", "code=%00&state=%ff", "error=%00%22%3E&iss=x", "error=access_denied", "iss=a&iss=b&code="],
)
def test_any_answer_has_a_page(world, query):
    client = world.browser()
    _path, fields = world.begin(client, next="/c/demo")
    for text in (query, f"{query}&state={fields['state']}"):
        answer = client.get(f"/login/university/return?{text}")
        assert answer.status_code in (401, 503)
        assert '">' not in re.search(r'role="alert">(.*?)</p>', answer.text)[1]
    assert world.identities() == {}


def test_too_old_state_keeps_the_page(world):
    client = world.browser()
    path, fields = world.begin(client, next="/c/demo")
    with world.service.database.writing() as session:
        for row in session.scalars(select(OneTime)):
            row.expires = now() - timedelta(minutes=1)
    assert "took too long" in refused(world, client, path, fields)


def test_answers_of_two_providers_cannot_be_mixed_up(world):
    """A provider that was broken into must not get a person in as a person of another one."""
    client = world.browser()
    _path, fields = world.begin(client, next="/c/demo")
    refused(world, client, "/login/college/return", fields)
    _path, fields = world.begin(client, next="/c/demo")
    answer = refused(world, client, "/login/university/return", fields | {"iss": world.college.issuer})
    assert "is not valid for this sign-in" in answer


def test_cancelled_sign_in_keeps_the_page(world):
    world.university.is_cancelled = True
    client = world.browser()
    path, fields = world.begin(client, next="/c/demo")
    page = refused(world, client, path, fields)
    assert "You have cancelled the sign-in with University, and nothing was changed." in page
    assert "<b>no</b>" not in page


def test_provider_that_does_not_answer_has_a_sentence_and_a_line_in_the_log(world, caplog):
    world.university.answers["/.well-known/openid-configuration"] = httpx.ConnectError("refused")
    answer = world.browser().get("/login/university?next=/c/demo")
    assert answer.status_code == 503
    assert "University does not answer as it should at the moment" in answer.text
    assert 'href="/login/university?next=/c/demo"' in answer.text
    (record,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert record.fields["way"] == "university"
    assert "refused" in record.fields["reason"]


def test_no_secret_is_in_a_page_or_in_the_log(world, caplog):
    world.university.change = lambda claims: claims | {"nonce": "another"}
    client = world.browser()
    path, fields = world.begin(client, next="/c/demo")
    with world.service.database.reading() as session:
        data = session.scalar(select(OneTime.data))
    page = refused(world, client, path, fields)
    text = page + "".join(f"{record.getMessage()} {getattr(record, 'fields', '')}" for record in caplog.records)
    secrets = [SECRET, fields["state"], fields["code"], *re.findall(r'"(?:nonce|verifier)": "([^"]+)"', data)]
    assert len(secrets) == 5
    assert [secret for secret in secrets if secret in text] == []


def test_next_page_is_one_of_this_server(world):
    for address in ("//evil.example", "https://evil.example", "/\\evil"):
        assert world.sign_in(world.browser(), next=address).headers["location"] in ("/welcome?next=%2F", "/")


def test_way_that_does_not_exist_is_missing(world):
    for path in ("/login/nope", "/login/nope/return", "/login/%2e%2e/return"):
        assert world.browser().get(path).status_code == 404


def test_without_new_accounts_only_known_people_sign_in(world):
    world.sign_in(world.browser())
    world.apply(new_accounts=False)
    assert world.sign_in(world.browser()).headers["location"] == "/"
    world.person(preferred_username="grace")
    answer = world.sign_in(world.browser())
    assert answer.status_code == 403
    assert "ask your instructor for an invitation" in answer.text
    assert "grace" not in world.users()


def test_disabled_people_stay_out(world):
    client = world.browser()
    world.sign_in(client)
    with world.service.database.writing() as session:
        members.disable(session, users.find(session, "ada-2"))
    assert who(client) == ""
    answer = world.sign_in(client)
    assert answer.status_code == 403
    assert "This account is disabled" in answer.text


def test_tokens_of_people_from_outside_work(world):
    client = world.browser()
    world.sign_in(client)
    form = re.search(r'name="csrf" value="(\w+)"', client.get("/me/tokens").text)[1]
    page = client.post("/me/tokens", data={"csrf": form, "label": "laptop", "days": "90", "scopes": ["read"]}).text
    token = re.search(r"grd_[\w-]+", page)[0]
    answer = world.browser().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["name"] == "ada-2"


def test_roles_follow_the_groups_at_each_sign_in(world):
    world.apply(groups=[GroupRule(group="staff", course="demo", role="instructor")])
    for groups, status in ((["staff"], 200), ([], 404)):
        world.university.claims["groups"] = groups
        client = world.browser()
        world.sign_in(client)
        assert client.get("/c/demo/people").status_code == status


# Adding a login to an account.


def test_login_is_added_after_a_question_and_signs_in_then(world):
    ada = world.browser("ada")
    assert 'href="/login/university?add=1">Add University</a>' in ada.get("/me").text
    world.person(preferred_username="lovelace", name="Ada Lovelace")
    page = world.sign_in(ada, add="1")
    assert page.status_code == 200
    assert "Ada Lovelace" in page.text
    assert world.identities() == {}  # nothing has happened yet
    assert confirm(ada, page).headers["location"] == "/me?saved=1"
    assert world.identities() == {"1": "ada"}
    assert "University: <bdi>lovelace</bdi>" in ada.get("/me").text
    client = world.browser()
    assert world.sign_in(client).headers["location"] == "/"
    assert who(client) == "ada"


def test_nobody_else_adds_a_login_to_an_account(world):
    """Somebody leads a person through an own sign-in: the person would then work in an account that the other can enter."""
    world.person(**EVE)
    ada, eve = world.browser("ada"), world.browser("ben")
    path, fields = world.begin(eve, add="1")
    assert ada.get(path, params=fields).headers["location"] == "/"  # not the browser that began
    assert ada.get(*world.begin(ada, add="1")[:1]).status_code == 303  # without the state
    page = world.sign_in(ada, add="1")
    assert confirm(ada, page, csrf="").status_code == 403  # a page of somebody else cannot press the button
    for other in (eve, world.browser(), world.browser("ada")):  # nor can the secret be used elsewhere
        again = world.sign_in(ada, add="1")
        form = re.search(r'name="csrf" value="(\w*)"', other.get("/me").text) if other is not eve else None
        assert confirm(other, again, csrf=form[1] if form else "").status_code in (403, 409)
    assert world.identities() == {}


def test_question_works_once_and_only_for_the_user_who_began(world):
    client = world.browser("ada")
    page = world.sign_in(client, add="1")
    with world.service.database.writing() as session:
        ben = accounts.sign_in(session, users.find(session, "ben"))
    mine = client.cookies[requests.COOKIE]
    client.cookies.set(requests.COOKIE, ben, domain="127.0.0.1")
    token = re.search(r'name="csrf" value="(\w+)"', client.get("/me").text)[1]
    assert confirm(client, page, csrf=token).status_code == 404
    client.cookies.set(requests.COOKIE, mine, domain="127.0.0.1")
    assert confirm(client, page).status_code == 409  # it was used, although it was refused
    assert world.identities() == {}


def test_signed_out_meanwhile_adds_nothing(world):
    client = world.browser("ada")
    path, fields = world.begin(client, add="1")
    client.cookies.delete(requests.COOKIE)
    assert client.get(path, params=fields).status_code == 401
    assert world.browser().get("/login/university?add=1").status_code in (303, 401)
    assert world.identities() == {}


def test_login_of_another_account_says_what_to_do(world):
    with world.service.database.writing() as session:
        course = session.scalar(select(Course))
    client = world.browser()
    world.sign_in(client)
    with world.service.database.writing() as session:
        session.add(Membership(course_id=course.id, user_id=users.find(session, "ada-2").id))
    ben = world.browser("ben")
    answer = world.sign_in(ben, add="1")
    assert answer.status_code == 409
    assert "This login belongs to the account ada-2 here" in answer.text
    assert 'href="/me"' in answer.text
    assert world.identities() == {"248289761001": "ada-2"}


def test_account_with_a_password_needs_it_for_a_new_login(world):
    """Somebody who has found a browser that is signed in must not get a lasting way in."""
    with world.service.database.writing() as session:
        users.find(session, "ada").password = passwords.hash_of("correct horse")
    ada = world.browser("ada")
    page = world.sign_in(ada, add="1")
    assert "Your password on this server" in page.text
    for password in ("", "wrong horse"):
        answer = confirm(ada, world.sign_in(ada, add="1"), password=password)
        assert (answer.status_code, "The password is wrong." in answer.text) == (403, True)
    assert world.identities() == {}
    assert confirm(ada, page, password="correct horse").headers["location"] == "/me?saved=1"
    assert world.identities() == {"248289761001": "ada"}


def test_cancelled_adding_leads_back_to_the_account(world):
    world.university.is_cancelled = True
    answer = world.sign_in(world.browser("ada"), add="1")
    assert "You have cancelled" in answer.text
    assert 'href="/me"' in answer.text


def test_login_is_removed_and_its_browsers_are_signed_out(world):
    ada = world.browser("ada")
    confirm(ada, world.sign_in(ada, add="1"))
    other = world.browser()
    world.sign_in(other)
    token = re.search(r'name="csrf" value="(\w+)"', ada.get("/me").text)[1]
    university = {"provider": "oidc", "issuer": world.university.issuer, "subject": "248289761001"}
    fields = university | {"csrf": token}
    only = ada.post("/me/logins/remove", data=fields)
    assert only.status_code == 409
    assert "This is your only way to sign in" in only.text
    with world.service.database.writing() as session:
        users.find(session, "ada").password = passwords.hash_of("correct horse")
    page = ada.get("/me").text
    assert university.items() <= dict(re.findall(r'name="(\w+)" value="([^"]*)"', page)).items()
    assert ada.post("/me/logins/remove", data=fields | {"csrf": ""}).status_code == 403
    assert world.browser("ben").post("/me/logins/remove", data=fields).status_code == 403
    assert ada.post("/me/logins/remove", data=fields).headers["location"] == "/me?saved=1"
    assert (who(ada), who(other)) == ("ada", "")
    assert world.identities() == {}


# Invitations.


@pytest.fixture
def invited(world):
    """The people of an instructor's list, and {login name: invitation}."""
    with world.service.database.writing() as session:
        iris = accounts.caller_of(users.find(session, "iris"))
        course = session.scalar(select(Course))
        table = people_table.read(b"login,name,email\ngrace,Grace Hopper,grace@example.org\nmary,Mary,\n")
        people.add(session, iris, course, table, Role.STUDENT)
        return {each.user.name: each.secret for each in people.invitations_for(session, iris, course)}


def test_invitation_leads_to_the_account_of_the_list(world, invited):
    client = world.browser()
    page = client.get(f"/invite/{invited['grace']}").text
    assert f'href="/login/university?invite={invited["grace"]}">Sign in with University</a>' in page
    world.person(preferred_username="gh17", name="G. Hopper")
    question = world.sign_in(client, invite=invited["grace"])
    assert "Grace Hopper" in question.text
    assert confirm(client, question).headers["location"] == "/"
    assert who(client) == "grace"
    assert "gh17" not in world.users()
    assert "Demo" in client.get("/").text
    for answer in (
        client.get(f"/invite/{invited['grace']}"),
        world.browser().get(f"/login/university?invite={invited['grace']}"),
    ):
        assert answer.status_code == 404  # it works once
    again = world.browser()
    world.sign_in(again)
    assert who(again) == "grace"


def test_who_signs_in_before_the_invitation_gets_one_account(world, invited):
    """Students press the button first, and read their mail later: the account that they got is empty, and makes room."""
    client = world.browser()
    world.person(preferred_username="grace", name="Grace Hopper")
    assert "Has your instructor sent you an invitation?" in client.get(world.sign_in(client).headers["location"]).text
    assert who(client) == "grace-2"
    question = world.sign_in(client, invite=invited["grace"])
    assert "got the account grace-2. Nothing is in it, so it is deleted." in question.text
    confirm(client, question)
    assert who(client) == "grace"
    assert "grace-2" not in world.users()
    assert world.identities() == {"1": "grace"}


def test_account_that_was_used_is_not_deleted(world, invited):
    client = world.browser()
    world.sign_in(client)
    question = world.sign_in(client, invite=invited["grace"])
    with world.service.database.writing() as session:  # while the question is shown
        accounts.new_token(session, users.find(session, "ada-2"), ("read",))
    assert confirm(client, question).status_code == 409
    assert world.sign_in(client, invite=invited["grace"]).status_code == 409
    assert world.identities() == {"248289761001": "ada-2"}


def test_invitation_asks_before_it_takes_a_login(world, invited):
    """Somebody sends the link of an own invitation: the page says whose account it is, and nothing happens by itself."""
    client = world.browser()
    question = world.sign_in(client, invite=invited["mary"])
    assert "<bdi>Mary</bdi> (<bdi>mary</bdi>)" in question.text
    assert "Continue only if both are yours." in question.text
    assert world.identities() == {}
    assert world.browser().post("/login/university/add", data={"secret": "guess"}).status_code == 409


def test_used_invitation_adds_nothing(world, invited):
    client = world.browser()
    question = world.sign_in(client, invite=invited["grace"])
    world.browser().post(f"/invite/{invited['grace']}", data={"password": "correct horse"})
    assert confirm(client, question).status_code == 404
    assert world.identities() == {}


def test_cancelled_invitation_stays_valid(world, invited):
    world.university.is_cancelled = True
    client = world.browser()
    answer = world.sign_in(client, invite=invited["grace"])
    assert "Your invitation is still valid" in answer.text
    assert client.get(f"/invite/{invited['grace']}").status_code == 200


def test_instructor_sees_who_signs_in_with_what(world, invited):
    client = world.browser()
    confirm(client, world.sign_in(client, invite=invited["grace"]))
    iris = world.browser("iris")
    page = iris.get("/c/demo/people").text
    row = re.search(r"Grace Hopper.*?</tr>", page, re.DOTALL)[0]
    assert "University" in row
    assert "nothing yet" in re.search(r">Mary<.*?</tr>", page, re.DOTALL)[0]
    with world.service.database.writing() as session:
        caller = accounts.caller_of(users.find(session, "iris"))
        links = people.invitations_for(session, caller, session.scalar(select(Course)))
        grace = users.find(session, "grace")
        assert "grace" not in {each.user.name for each in links}
        for make in (invitations.invite, invitations.reset):  # it would lead into the account, unnoticed
            with pytest.raises(invitations.NotFound, match="signs in with another system"):
                make(session, caller, grace)
    person = iris.get(f"/c/demo/people/{grace.id}").text
    assert "Signs in with: University" in person
    assert "Remove University" not in person
    assert "Only an admin can make a link for this account: the person signs in with another system." in person


def test_administrator_sees_who_signs_in_with_what_and_can_give_a_password(world):
    world.sign_in(world.browser())
    root = world.browser("root")
    with world.service.database.reading() as session:
        address = f"/admin/users/{users.find(session, 'ada-2').id}"
    page = root.get(address).text
    assert "<dt>Signs in with</dt><dd>University</dd>" in page
    token = re.search(r'name="csrf" value="(\w+)"', page)[1]
    assert "/reset/" in root.post(f"{address}/link", data={"csrf": token}).text
    assert "cannot sign in yet" not in re.search(r">ada-2<.*?</tr>", root.get("/admin/users").text, re.DOTALL)[0]
