"""Tests of the Markdown: text of a submission stays plain text."""

from __future__ import annotations

from markdown_it import MarkdownIt

from grader.report import markdown


def test_markdown_of_a_submission_is_plain_text(report, rendered):
    tokens = MarkdownIt("commonmark").enable("table").parse(rendered("markdown"))
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {
        *(f"{what}_{end}" for what in ("heading", "paragraph", "strong", "bullet_list") for end in ("open", "close")),
        *(f"{what}_{end}" for what in ("list_item", "table", "thead", "tbody") for end in ("open", "close")),
        *(f"{what}_{end}" for what in ("tr", "th", "td") for end in ("open", "close")),
        *("inline", "text", "text_special", "softbreak"),
    }
    cells = [token for token in tokens if token.type == "td_open"]
    assert len(cells) == 4 * len(report.checks)
    contents = [token.content for token in tokens if token.type == "inline"]
    plain = ["".join(child.content for child in token.children) for token in tokens if token.type == "inline"]
    assert contents
    for check in report.checks:
        assert check.title in plain


def test_all_ascii_punctuation_is_escaped_in_markdown():
    signs = "".join(map(chr, range(33, 127)))
    for text in (
        signs,
        f"1. {signs}",
        f"- {signs}",
        f"# {signs}",
        "www.a.b http://c.d e@f.g <h> &amp; ***",
        "---",
        "===",
    ):
        (_, inline, _) = MarkdownIt("commonmark").enable("table").parse(markdown.text(text))
        assert "".join(child.content for child in inline.children) == text
        assert {child.type for child in inline.children} <= {"text", "text_special"}
