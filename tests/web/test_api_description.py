"""The API describes itself in OpenAPI 3.1: every answer, also the problem documents."""

from __future__ import annotations

import pytest


@pytest.fixture
def description(browser):
    return browser().get("/api/v1/openapi.json").json()


def test_description_is_openapi_3_1_and_has_only_the_api(description):
    assert description["openapi"].startswith("3.1")
    assert all(path.startswith("/api/v1/") for path in description["paths"])


def test_every_operation_needs_a_token_and_describes_problems(description):
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{"token": []}], (method, path)
            for status in ("401", "403", "404", "422"):
                content = operation["responses"][status]["content"]
                assert content == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
                }


def test_every_operation_has_a_description_and_a_unique_name(description):
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    assert all(operation["description"].endswith(".") for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len({*names})
