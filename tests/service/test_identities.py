"""An account is found by provider, issuer and subject. A name or an e-mail address never leads to an account of somebody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from grader.service import erasure, identities, users
from grader.service.errors import Conflict, NotFound
from grader.service.identities import OutsidePerson
from grader.service.outside_tables import Identity

ADA = OutsidePerson(
    provider="oidc", issuer="https://login.example.org", subject="4711", name="ada.l", full_name="Ada L."
)


def account(service, person):
    with service.database.writing() as session:
        return identities.account_of(session, person).user


@pytest.mark.quick
def test_person_gets_an_account_and_finds_it_again(service):
    user = account(service, ADA)
    assert (user.name, user.full_name, user.password) == ("ada.l", "Ada L.", "")
    assert account(service, replace(ADA, name="ada.changed", full_name="")).id == user.id


@pytest.mark.parametrize("change", [{"provider": "lti"}, {"issuer": "https://other.example.org"}, {"subject": "4712"}])
def test_another_person_gets_another_account(service, change):
    assert account(service, ADA).id != account(service, replace(ADA, **change)).id


def test_names_and_addresses_of_existing_accounts_lead_nowhere(service):
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        ada.email = "ada@example.org"
    stranger = account(service, replace(ADA, name="ADA", email="ada@example.org"))
    assert (stranger.id != ada.id, stranger.name) == (True, "ADA-2")
    assert account(service, replace(ADA, subject="4713", name="ada")).name == "ada-3"


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("ada@example.org", "ada@example.org"),
        ("@eve", "eve"),
        ("CORP\\ada", "CORP-ada"),
        ("a/../b", "a-..-b"),
        ("", "person"),
        ("\u202e", "person"),
        ("=cmd", "cmd"),
        ("(lti)", "person"),  # the audit has this name for what course systems do
        ("x" * 500, "x" * users.LONGEST_NAME),
    ],
)
def test_login_name_is_made_from_what_the_other_system_sends(service, wish, name):
    assert account(service, replace(ADA, name=wish)).name == name


def test_free_names_have_no_gap(service):
    people = [replace(ADA, subject=str(number), name="Long" * 25) for number in range(3)]
    assert len({account(service, person).name for person in people}) == 3


def test_login_of_another_account_cannot_be_added(service):
    account(service, ADA)
    with service.database.writing() as session, pytest.raises(Conflict, match="belongs to another account"):
        identities.link(session, users.find(session, "ben"), ADA)


def test_login_is_added_and_removed(service):
    with service.database.writing() as session:
        ben = users.find(session, "ben")
        ben.password = "hash"
        for _ in range(2):
            identities.link(session, ben, ADA)
        assert [entry.subject for entry in identities.of_user(session, ben.id)] == ["4711"]
        with pytest.raises(NotFound):
            identities.unlink(session, users.find(session, "ada"), ADA.provider, ADA.issuer, ADA.subject)
        identities.unlink(session, ben, ADA.provider, ADA.issuer, ADA.subject)
        assert identities.of_user(session, ben.id) == []


def test_the_only_way_to_sign_in_stays(service):
    user = account(service, ADA)
    with service.database.writing() as session, pytest.raises(Conflict, match="only way to sign in"):
        identities.unlink(session, session.merge(user), ADA.provider, ADA.issuer, ADA.subject)


def test_identity_is_erased_with_the_person(service):
    erasure.erase(service, account(service, ADA).id)
    with service.database.reading() as session:
        assert session.get(Identity, (ADA.provider, ADA.issuer, ADA.subject)) is None


def test_class_that_signs_in_at_the_same_moment_gets_one_account_each(service):
    """Each person comes twice, in two windows, and the system names nobody."""

    def arrive(number):
        person = OutsidePerson(provider="oidc", issuer="https://uni.example", subject=str(number % 8))
        with service.database.writing() as session:
            return identities.account_of(session, person).user.name

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(arrive, range(16)))
    assert names[:8] == names[8:]
    assert sorted(names[:8]) == ["person", *(f"person-{number}" for number in range(2, 9))]
