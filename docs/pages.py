"""Run every block of a documentation page in order, and put the real output beside the commands.

Four kinds of fenced block are run, all of a page in one temporary folder that has `examples/` in it:

- `sh`: a script that must end with exit code 0; a line that ends with `# exit 1` must end with 1;
- `console`: commands after `$ `, each followed by what it prints;
- `python`: run in order, in one namespace a page;
- `output`: what the python block before it prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"^(?P<command>.*\S)\s+# exit (?P<code>\d+)$")
SECONDS = 240


class Block(NamedTuple):
    """One fenced block: its kind, its text, and where the text stands in the page."""

    kind: str
    text: str
    begin: int
    end: int


class PageError(AssertionError):
    """A block of a page that does not do what the page says."""


def pages() -> list[Path]:
    """Return the pages whose blocks are run: the README, the contributor's page and the pages of docs."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    for match in FENCE.finditer(page):
        yield Block(match["kind"], match["text"], match.start("text"), match.end("text"))


def run(page: str, folder: Path) -> str:
    """Run the blocks of a page in a folder; return the page with the output that they really print."""
    examples = folder / "examples"
    if not examples.exists():
        examples.symlink_to(ROOT / "examples")
    names: dict[str, object] = {"__name__": "__page__"}
    printed = ""
    parts: list[str] = []
    position = 0
    for block in blocks(page):
        text = block.text
        if block.kind == "sh":
            _script(text, folder)
        elif block.kind == "console":
            text = "".join(_session(text, folder))
        elif block.kind == "python":
            printed = _python(text, names, folder)
        elif block.kind == "output":
            text = printed
        parts += [page[position : block.begin], text]
        position = block.end
    return "".join([*parts, page[position:]])


def _script(text: str, folder: Path) -> None:
    lines = [_with_code(line) for line in text.splitlines()]
    code, printed = _shell("set -euo pipefail\n" + "\n".join(lines), folder)
    if code:
        raise PageError(f"exit code {code} from\n{text}\n{printed}")


def _with_code(line: str) -> str:
    match = EXIT.match(line)
    return line if match is None else f"{{ {match['command']}; }} || [ $? -eq {match['code']} ]"


def _session(text: str, folder: Path) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        match = EXIT.match(line[2:])
        wanted = int(match["code"]) if match else 0
        code, printed = _shell("set -o pipefail\n" + line[2:], folder)
        if code != wanted:
            raise PageError(f"exit code {code}, not {wanted}, from\n{line}\n{printed}")
        yield f"{line}\n{printed}"


def _shell(script: str, folder: Path) -> tuple[int, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    kept = {name: os.environ[name] for name in ("HOME", "NUMBA_CACHE_DIR", "TMPDIR") if name in os.environ}
    done = subprocess.run(  # noqa: S603 - the commands of our own pages
        ["bash", "-c", script],  # noqa: S607
        cwd=folder,
        env={**kept, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.decode().splitlines()]
    return done.returncode, "".join(f"{line}\n" for line in lines)


def _python(text: str, names: dict[str, object], folder: Path) -> str:
    out = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out):
        exec(compile(text, "<page>", "exec"), names)  # noqa: S102 - the code of our own pages
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
