"""The pages that promise: every section of the standard has a test or a reason, and no field holds a person."""

from __future__ import annotations

import ast
import csv
import inspect
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from corridor.publishing import redact
from corridor.server import answers, bodies, house, hub, limits, worker
from corridor.server.cabinet import _TABLES
from tests.docs.test_practice import PERSONAL

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "corridor"
CRYPTOGRAPHY = {"hashlib", "hmac", "secrets", "ssl", "cryptography", "argon2"}
# What opens or accepts connections; `http.cookies` and `urllib.parse` only read texts.
NETWORK = {
    "socket", "socketserver", "psycopg", "uvicorn", "distributed", "dask", "http.client", "http.server", "httpx",
    "urllib.request", "requests", "aiohttp", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc",
    "websockets", "ldap3", "memcache", "redis", "paramiko",
}  # fmt: skip
# What makes code or objects of any kind out of data; and what reads XML or runs other programs.
DANGEROUS = {"pickle", "marshal", "shelve", "dill", "yaml", "jinja2", "mako"}
READS_XML = {"xml", "lxml", "defusedxml"}
RUNS = {"subprocess", "os.system", "pty"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "security" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wrong(row: dict[str, str]) -> str:
    """Return what is wrong with a row, or an empty text."""
    if None in row or row["applies"] not in ("yes", "no") or not row["how"]:
        return "a column is missing"
    if row["applies"] == "no":
        return "a test of what does not apply" if row["test"] else ""
    file, _, name = row["test"].partition("::")
    path = ROOT / file
    if not name or not path.is_file():
        return "no test"
    return "" if f"def {name}(" in path.read_text(encoding="utf-8") else "the test does not exist"


def test_every_section_has_a_test_or_a_reason() -> None:
    found = {row["section"]: wrong(row) for row in rows()}
    assert not {name: why for name, why in found.items() if why}
    chapters = {name.partition(".")[0] for name in found}
    assert chapters == {f"V{number}" for number in range(1, 18)}
    assert len(found) == len(rows())


def test_a_row_without_test_or_reason_is_found() -> None:
    row = rows()[0]
    assert wrong(row | {"how": ""})
    assert wrong(row | {"test": ""})
    assert wrong(row | {"test": row["test"] + "_not"})
    assert wrong(row | {"applies": "later"})


def imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, each with its parents: `http.client` is `http` too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        for name in found:
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def importing(names: Collection[str], folder: Path = CODE) -> set[str]:
    """Return the files of a folder that import one of some modules."""
    return {
        path.relative_to(CODE).as_posix() for path in folder.rglob("*.py") if not set(names).isdisjoint(imports(path))
    }


def listed(heading: str, page: str) -> set[str]:
    """Return the files of the code that a part of a page names."""
    part = page.split(f"\n## {heading}\n")[1].partition("\n## ")[0]
    return set(re.findall(r"`((?:\w+/)+\w+\.py)`", part))


def test_every_file_that_seals_or_signs_or_connects_is_listed() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert listed("Keys and secrets", page) == importing(CRYPTOGRAPHY)
    assert listed("Connections", page) == importing(NETWORK)
    assert len(importing(CRYPTOGRAPHY)) > 20
    assert "server/notify.py" in importing(NETWORK)


def test_no_file_of_the_server_makes_code_or_objects_out_of_what_is_sent(tmp_path: Path) -> None:
    # What one process of the reader hands to another of its own, over a pipe that nobody else holds.
    assert importing(DANGEROUS) == {"reports/text/together.py"}
    assert not importing(READS_XML | RUNS, CODE / "server")
    for path in CODE.rglob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"eval", "exec", "compile", "__import__"}, path
    scripts = list((CODE / "server" / "console" / "static").glob("*.js"))
    assert len(scripts) > 15
    unsafe = (
        r"\beval\(|new Function|(?:inner|outer)HTML\s*=[^=]|insertAdjacentHTML|document\.write|__proto__|postMessage\("
    )
    assert not [(one.name, found[0]) for one in scripts if (found := re.search(unsafe, one.read_text("utf-8")))]
    (tmp_path / "x.py").write_text("def f():\n    from pickle import loads\n", encoding="utf-8")
    assert set(imports(tmp_path / "x.py")) >= {"pickle", "pickle.loads"}


def test_the_limits_that_the_page_names_are_those_of_the_code() -> None:
    page = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    longest = {kind: msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]["text"]["maxLength"]
               for kind in (bodies.Prose, bodies.Codes)}  # fmt: skip
    config = (CODE / "server" / "serve.py").read_text(encoding="utf-8")
    assert "limit_concurrency=4000," in config
    assert "h11_max_incomplete_event_size=32 * 1024," in config
    for said in (
        "4,000 connections",
        "a head of 32 KiB",
        f"{bodies.MOST_ENTRIES:,} entries a batch",
        f"{house.BACKLOGS} backlogs at once",
        f"{hub.LONGEST_QUEUE:,} entries queued",
        f"{limits.MOST_STREAMS} open streams of one account",
        f"{worker.PATIENCE_SECONDS:g} s at most",
        f"{longest[bodies.Prose]:,} letters of an article",
        f"{longest[bodies.Codes]:,} of entries at most",
    ):
        assert said in page, said
    # Each place where a browser lets a file be chosen, with the kinds that it offers; the page names these.
    chosen = r'type(?:="|: ")file".*?accept(?:="|: ")([^"]+)"'
    files = [*(CODE / "server").rglob("*.py"), *(CODE / "server" / "console" / "static").glob("*.js")]
    found = sorted(kinds for one in files for kinds in re.findall(chosen, one.read_text(encoding="utf-8")))
    assert found == [".txt,.html,.htm,text/plain,text/html", ".txt,text/plain", "image/*"]


def test_the_server_writes_its_lines_in_one_place() -> None:
    assert not importing({"logging", "syslog"}, CODE / "server")
    telling = re.compile(r"\bprint\(|\bsys\.std(?:out|err)\b")
    files = {path.name for path in (CODE / "server").rglob("*.py") if telling.search(path.read_text(encoding="utf-8"))}
    assert files == {"metrics.py"}


def test_everything_from_elsewhere_is_listed_with_its_hashes() -> None:
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    parts = re.split(r"\n(?=[a-z0-9])", lock[lock.index("==") - 40 :] if lock.startswith("#") else lock)
    named = [part for part in parts if re.match(r"^[A-Za-z0-9_.-]+==", part)]
    assert len(named) > 20
    assert not [part.partition("\n")[0] for part in named if "--hash=sha256:" not in part]


def test_no_field_of_the_interface_holds_a_person() -> None:
    kinds = [
        kind
        for module in (bodies, answers, redact)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    ]
    assert len(kinds) > 80
    for kind in kinds:
        for field in msgspec.structs.fields(kind):
            assert not PERSONAL.search(field.name), (kind, field.name)
            # What kind of entry it is: "report", "adopt", "denied".
            allowed = {"name"} if kind in (bodies.Page, answers.Shown) else set()
            assert field.name not in {"name", "email", "age", "sex"} - allowed, (kind, field.name)
    for table in _TABLES:
        columns = re.findall(r"(\w+) (?:TEXT|BIGINT|DOUBLE|BYTEA)", table)
        assert not [column for column in columns if PERSONAL.search(column)]
