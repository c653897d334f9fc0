"""Tests of the SARIF document: an object model knows all its properties."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pysarif

from grader.report import formats


def test_sarif_has_only_known_properties(report, rendered):
    document = json.loads(rendered("sarif"))
    assert lost(document, pysarif.save_to_dict(pysarif.load_from_dict(document))) == ["/$schema"]
    (run,) = document["runs"]
    assert [run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    for result in run["results"]:
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert ":" not in uri and " " not in uri and not uri.startswith("/")
    assert run["invocations"][0]["executionSuccessful"] == (report.ending == "graded")


def lost(original, read, where=""):
    """Return the properties that an object model dropped, because it does not know them, or changed."""
    if isinstance(original, dict):
        gone = [f"{where}/{key}" for key in original if key not in read]
        return gone + [
            each for key in original if key in read for each in lost(original[key], read[key], f"{where}/{key}")
        ]
    if isinstance(original, list):
        assert len(original) == len(read)
        return [each for pair in zip(original, read, strict=True) for each in lost(*pair, where)]
    return [] if original == read else [where]


def test_finding_has_its_line_in_the_file(reports, content):
    (run,) = json.loads(formats.render("sarif", reports["hostile"], content))["runs"]
    places = {
        result["ruleId"]: (
            unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).rpartition("/")[2],
            result["locations"][0]["logicalLocations"][0]["name"],
        )
        for result in run["results"]
        if "logicalLocations" in result["locations"][0]
    }
    of_sigmoid = dict.fromkeys(("sigmoid", "sigmoid-overflow", "arguments-unchanged"), ("mine.ipynb", "cell 2, line 2"))
    assert places == {**of_sigmoid, "loss": ("mine.ipynb", "cell 3, line 5")}
