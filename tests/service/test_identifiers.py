"""Ids and secrets can be parts of addresses."""

from grader.service import identifiers


def test_ids_differ_and_are_plain():
    ids = {identifiers.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(name) == 16 and name.isalnum() and name == name.lower() for name in ids)


def test_secret_is_stored_only_as_a_digest():
    secret = identifiers.new_secret("grd_")
    assert secret.startswith("grd_")
    assert secret not in identifiers.digest_of(secret)


def test_digest_belongs_to_one_secret():
    secret = identifiers.new_secret()
    assert identifiers.is_secret_of(identifiers.digest_of(secret), secret)
    for other in ("", identifiers.new_secret(), secret[:-1], "\u00e4"):
        assert not identifiers.is_secret_of(identifiers.digest_of(secret), other)
