"""The signatures of this server can be checked with its published keys, which have no private part."""

from __future__ import annotations

from joserfc import jwt
from joserfc.jwk import KeySet

from grader.lti import own_keys


def test_signed_claims_are_read_with_the_published_keys():
    (first_id, first), (_second_id, second) = own_keys.new_key(), own_keys.new_key()
    published = own_keys.key_set([first, second])
    token = jwt.decode(own_keys.signed(first, {"sub": "x"}), KeySet.import_key_set(published), algorithms=["RS256"])
    assert (token.claims, token.header["kid"]) == ({"sub": "x"}, first_id)
    assert [{*key} for key in published["keys"]] == 2 * [{"kty", "n", "e", "kid", "use", "alg"}]
