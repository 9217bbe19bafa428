"""Every block of the README and of docs runs, and prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import fill
from docs.pages import ROOT, PageError, blocks, pages, run

RUN = ("sh", "console", "python")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")


def with_blocks() -> list[Path]:
    return [page for page in pages() if any(block.kind in RUN for block in blocks(page.read_text("utf-8")))]


@pytest.mark.parametrize("page", with_blocks(), ids=lambda page: page.name)
def test_the_page_shows_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    assert run(text, tmp_path) == text, "run: make docs"


def test_the_pages_with_commands_are_found() -> None:
    assert {"README.md", "tutorial.md", "founding-case.md"} <= {page.name for page in with_blocks()}


def test_wrong_output_is_seen(tmp_path: Path) -> None:
    page = "```console\n$ echo three\nfour\n```\n"
    assert run(page, tmp_path) == "```console\n$ echo three\nthree\n```\n"


def test_a_failing_command_is_seen(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="exit code 3"):
        run("```console\n$ exit 3\n```\n", tmp_path)
    with pytest.raises(PageError, match="exit code 1"):
        run("```sh\nfalse\ntrue\n```\n", tmp_path)


def test_an_exit_code_that_the_page_names_is_needed(tmp_path: Path) -> None:
    page = "```sh\nfalse  # exit 1\n```\n"
    assert run(page, tmp_path) == page
    with pytest.raises(PageError, match="exit code 0"):
        run("```console\n$ true  # exit 1\n```\n", tmp_path)


def test_python_blocks_share_their_names_and_show_their_output(tmp_path: Path) -> None:
    page = "```python\nx = 2\n```\n\n```python\nprint(x + 1)\n```\n\n```output\n9\n```\n"
    assert run(page, tmp_path) == page.replace("9", "3")


def test_no_command_hides_in_an_indented_block() -> None:
    for page in pages():
        for line in page.read_text("utf-8").splitlines():
            assert not line.startswith(("    corridor ", "    $ corridor ", "    python")), f"{page.name}: {line}"


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in pages():
        named = re.findall(r"(?:^    |`)make ([\w-]+)", page.read_text("utf-8"), re.MULTILINE)
        assert set(named) <= targets, page.name


def test_every_link_within_the_documentation_leads_somewhere() -> None:
    everything = [*pages(), *(ROOT / "docs").rglob("*.md")]
    for page in everything:
        for link in LINK.findall(page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.relative_to(ROOT)}: {link}"


def test_what_stands_between_markers_is_up_to_date() -> None:
    for page in pages():
        text = page.read_text("utf-8")
        assert fill(text) == text, f"{page.name}: run: make docs"
