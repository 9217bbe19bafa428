"""Mutation testing of what must not break: the log, what phones send, and who may do what.

    python -m tests.mutants [log|sync|rights|all] [--count N] [--seed N] [--jobs N]

Each mutant is one small change of one line in a copy of the source: another comparison, a condition turned round, a
statement left out, a value not returned. The tests that hold the file are run on it until one fails. A mutant that no
test notices is printed: either a test is missing, or the change changes nothing (then it stands in `SAME`, with why).
Source: DeMillo, Lipton and Sayward 1978, "Hints on test data selection".
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "corridor"
FLOOR = 0.90
# A mutant that still runs after so many seconds hangs, and whoever runs the tests would see it.
SECONDS = 600
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "log": (
        ("log/chain.py", "log/entry.py", "log/log.py", "log/sqlite.py", "log/store.py", "log/verify.py",
         "log/writer.py", "log/texts.py", "log/halves.py", "log/transfer.py"),
        ("tests/log/test_log.py", "tests/log/test_corners.py", "tests/log/test_texts.py", "tests/log/test_halves.py",
         "tests/log/test_contract.py", "tests/log/test_rigs.py"),
    ),
    "sync": (
        ("server/sync.py", "server/intake.py", "server/present.py", "server/hub.py"),
        ("tests/server/test_sync.py", "tests/server/test_stream.py", "tests/server/test_work.py",
         "tests/server/test_aleppo.py", "tests/log/test_rigs.py"),
    ),
    "rights": (
        ("server/gate.py", "server/rights.py", "server/people.py", "server/eyes.py", "server/secret.py",
         "server/limits.py"),
        ("tests/server/test_members.py", "tests/server/test_roles.py", "tests/server/test_parties.py",
         "tests/server/test_stream.py", "tests/server/test_sync.py", "tests/server/test_serve.py"),
    ),
}  # fmt: skip
# What changes the text and not what it does, by file and by what stood there.
SAME: dict[tuple[str, str, str], str] = {}

_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SIGNS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}


class Mutant(NamedTuple):
    """One change: the file, the line, what stands there and what shall."""

    file: str
    line: int
    begin: int
    end: int
    was: str
    now: str


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a node's place."""
    match node:
        case ast.Compare(left, [op], [right]) if type(op) in _OTHER:
            yield ast.Compare(left, [_OTHER[type(op)]()], [right])
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _SIGNS and not _is_text(left) and not _is_text(right):
            yield ast.BinOp(left, _SIGNS[type(op)](), right)
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)) if value in (0, 1):
            yield ast.Constant(value + 1)
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call() | ast.Await()) | ast.Raise() | ast.Continue() | ast.Break() | ast.AugAssign():
            yield ast.Pass()
        case ast.IfExp(test, body, other):
            yield ast.IfExp(test, other, body)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _inside(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, without annotations, defaults and what a message is made of."""
    stack = list(function.body)  # type: ignore[attr-defined]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.Raise | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.JoinedStr):
            continue
        for name, field in ast.iter_fields(node):
            if name not in ("annotation", "decorator_list"):
                parts = field if isinstance(field, list) else [field]
                stack += [part for part in parts if isinstance(part, ast.AST)]


def mutants(name: str, text: str, same: Mapping[tuple[str, str, str], str] = SAME) -> list[Mutant]:
    """Return every mutant of a source file but those known to change nothing."""
    tree = ast.parse(text)
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in _inside(function):
            if not isinstance(node, ast.expr | ast.stmt) or node.end_lineno is None or node.end_col_offset is None:
                continue
            for other in _changed(node):
                begin = starts[node.lineno - 1] + node.col_offset
                end = starts[node.end_lineno - 1] + node.end_col_offset
                was = text.encode()[begin:end].decode()
                made = ast.unparse(ast.fix_missing_locations(other))
                now = made if isinstance(node, ast.stmt) else f"({made})"
                mutant = Mutant(name, node.lineno, begin, end, " ".join(was.split()), now)
                if (name, mutant.was, mutant.now) not in same:
                    found.append(mutant)
    return sorted(set(found))


def survives(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Return whether every test passes on a mutant; with none, on the source as it is."""
    with tempfile.TemporaryDirectory(prefix="corridor-mutant-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        if mutant is not None:
            path = source / "corridor" / mutant.file
            text = path.read_bytes()
            path.write_bytes(text[: mutant.begin] + mutant.now.encode() + text[mutant.end :])
        words = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPATH": f"{source}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
        return done.returncode == 0


def check(group: str, count: int, seed: int, jobs: int) -> dict[str, object]:
    """Try some mutants of a group, drawn evenly from all; prints each that nothing notices."""
    files, tests = GROUPS[group]
    every = [one for name in files for one in mutants(name, (PACKAGE / name).read_text(encoding="utf-8"))]
    drawn = every if count <= 0 else random.Random(seed).sample(every, min(count, len(every)))
    if not survives(None, tests):
        sys.exit(f"{group}: the tests fail on the source as it is")
    left = 0
    with ThreadPoolExecutor(jobs) as pool:
        for one, lives in zip(drawn, pool.map(lambda one: survives(one, tests), drawn), strict=True):
            left += lives
            if lives:
                print(f"survives: src/corridor/{one.file}:{one.line}: {one.was!r} -> {one.now!r}", flush=True)
    killed = len(drawn) - left
    share = round(killed / len(drawn), 3)
    return {"group": group, "mutants": len(every), "tried": len(drawn), "killed": killed, "share": share}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("group", choices=[*GROUPS, "all"], nargs="?", default="all")
    parser.add_argument("--count", type=int, default=60, help="mutants of each group; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    chosen = parser.parse_args()
    found = [
        check(group, chosen.count, chosen.seed, chosen.jobs)
        for group in (GROUPS if chosen.group == "all" else [chosen.group])
    ]
    for row in found:
        print(json.dumps(row), flush=True)
    if any(float(str(row["share"])) < FLOOR for row in found):
        sys.exit(f"fewer than {FLOOR:.0%} of the mutants of a group were noticed")


if __name__ == "__main__":
    main()
