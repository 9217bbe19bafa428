"""The changes that mutation testing tries; the trying itself is `python -m tests.mutants`."""

from __future__ import annotations

import ast

from tests.mutants import GROUPS, PACKAGE, ROOT, SAME, mutants

TEXT = '''
LIMIT = 1

def judge(count: int = 0, *, late: bool = False) -> bool:
    """Say whether 1 < 2."""
    if count <= LIMIT and not late:
        raise ValueError(f"{count + 1}")
    note(count - 1)
    return count == 0 or late
'''


def test_each_change_is_one_and_leaves_the_rest() -> None:
    found = {(one.was, one.now) for one in mutants("a.py", TEXT)}
    assert found == {
        ("count <= LIMIT and not late", "(count <= LIMIT or not late)"),
        ("count <= LIMIT", "(count < LIMIT)"),
        ("not late", "(late)"),
        ('raise ValueError(f"{count + 1}")', "pass"),
        ("note(count - 1)", "pass"),
        ("count - 1", "(count + 1)"),
        ("1", "(2)"),
        ("return count == 0 or late", "return None"),
        ("count == 0 or late", "(count == 0 and late)"),
        ("count == 0", "(count != 0)"),
        ("0", "(1)"),
    }


def test_every_change_of_every_group_can_be_read_and_every_exception_stands_for_one() -> None:
    met = set()
    for files, tests in GROUPS.values():
        assert all((ROOT / name).exists() for name in tests)
        for name in files:
            source = (PACKAGE / name).read_bytes()
            for one in mutants(name, source.decode(), same={}):
                ast.parse(source[: one.begin] + one.now.encode() + source[one.end :])
                met.add((one.file, one.was, one.now))
    assert set(SAME) <= met
