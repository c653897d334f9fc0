"""The server's keys are made when they are needed, replaced in time, and published long enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import update

from grader.service import lti_keys, retention
from grader.service.lti_keys import KEPT_DAYS, RENEWAL_DAYS, REST_DAYS
from grader.service.lti_tables import LtiKey
from grader.service.moments import now


def published(service):
    return {key["kid"] for key in lti_keys.key_set(service.database)["keys"]}


def signer(service):
    token = lti_keys.sign(service.database, {"sub": "x"})
    keys = KeySet.import_key_set(lti_keys.key_set(service.database))
    return jwt.decode(token, keys, algorithms=["RS256"]).header["kid"]


def grow_older(service, days):
    with service.database.writing() as session:
        session.execute(update(LtiKey).values(created=LtiKey.created))
        for key in session.query(LtiKey):
            key.created -= timedelta(days=days)


@pytest.mark.quick
def test_first_key_is_made_once_and_has_no_private_part_in_public(service):
    first = published(service)
    assert len(first) == 1 and published(service) == first == {signer(service)}
    assert not {"d", "p", "q"} & {*lti_keys.key_set(service.database)["keys"][0]}


def test_new_key_is_published_before_it_signs_and_the_old_one_afterwards(service):
    old = signer(service)
    grow_older(service, RENEWAL_DAYS - REST_DAYS + 0.1)
    assert len(published(service)) == 2 and signer(service) == old
    new = (published(service) - {old}).pop()
    grow_older(service, REST_DAYS)
    assert signer(service) == new and published(service) == {old, new}
    grow_older(service, KEPT_DAYS - 0.1)
    retention.purge(service)
    assert published(service) == {old, new}
    grow_older(service, 1)
    retention.purge(service)
    assert published(service) == {new}


def test_last_key_is_never_deleted(service):
    old = signer(service)
    grow_older(service, 1000)
    retention.purge(service)
    assert signer(service) == old and len(published(service)) == 2


def test_servers_that_need_a_key_at_once_use_the_same_one(service):
    with service.database.writing() as session:
        session.add(LtiKey(id="other", private="", created=now() - timedelta(days=RENEWAL_DAYS)))
    keys = [lti_keys._keys(service.database)[0].id for _ in range(3)]
    assert len({*keys}) == 1 and keys[0] != "other"
