"""The tree of terms: where each word of a term leads, whole or by its stem."""

from __future__ import annotations

from corridor.reports.text.patterns import Pattern

NOWHERE: dict[str, Node] = {}


class Node:
    """A place in the tree of terms: the terms that end here, and where the next word leads (whole, or by its stem)."""

    __slots__ = ("following", "stems", "terms")

    def __init__(self) -> None:
        # Most nodes end a term and lead nowhere: they share one empty table.
        self.terms: tuple[tuple[str, str], ...] = ()
        self.following: dict[str, Node] = NOWHERE
        self.stems: dict[str, Node] = NOWHERE

    def step(self, word: str) -> Node:
        """Return the node that a word of a term leads to, made where there is none."""
        if word[-1] == "*":
            if self.stems is NOWHERE:
                self.stems = {}
            table, key = self.stems, word[:-1]
        else:
            if self.following is NOWHERE:
                self.following = {}
            table, key = self.following, word
        node = table.get(key)
        if node is None:
            node = table[key] = Node()
        return node

    def after(self, forms: tuple[str, ...]) -> list[Node]:
        """Return the nodes that a word of a text leads to, by any of its forms; a star alone takes any word."""
        following = self.following
        found = [following[form] for form in forms if form in following]
        stems = self.stems
        if stems:
            begun = [form[:size] for form in forms for size in range(len(form) + 1) if form[:size] in stems]
            if len(begun) > 1:
                # In the order of the tables, each once.
                begun = [stem for stem in stems if stem in begun]
            found += [stems[stem] for stem in begun]
        return found


class Tree:
    """The terms of a language by their first word; the nodes behind a word are made when a text first holds it."""

    def __init__(self) -> None:
        self._begun: dict[str, list[tuple[tuple[str, ...] | Pattern, tuple[str, str]]]] = {}
        self._root = Node()
        self._sizes: list[int] = []

    def add(self, words: tuple[str, ...], term: tuple[str, str]) -> None:
        """Add a term, its words as the table writes them (`x*`: any ending)."""
        known = self._begun.get(words[0])
        if known is None:
            self._begin(words[0], (words, term))
        else:
            known.append((words, term))

    def add_large(self, first: str, pattern: Pattern, term: tuple[str, str]) -> None:
        """Add those terms of a pattern that begin with a word."""
        if first in self._begun:
            self._begun[first].append((pattern, term))
        else:
            self._begin(first, (pattern, term))

    def _begin(self, first: str, begun: tuple[tuple[str, ...] | Pattern, tuple[str, str]]) -> None:
        self._begun[first] = [begun]
        if first[-1] == "*" and len(first) - 1 not in self._sizes:
            self._sizes = sorted((*self._sizes, len(first) - 1))

    def of(self, word: str) -> Node | None:
        """Return the node of a whole first word; None where no term begins with it."""
        if word in self._begun:
            self._grow(word)
        return self._root.following.get(word)

    def of_stems(self, form: str) -> list[Node]:
        """Return the nodes of the stems that a form begins with, short ones first."""
        found = []
        for size in self._sizes:
            if size <= len(form):
                stem = form[:size]
                if f"{stem}*" in self._begun:
                    self._grow(f"{stem}*")
                if stem in self._root.stems:
                    found.append(self._root.stems[stem])
        return found

    def _grow(self, first: str) -> None:
        for written, term in self._begun.pop(first):
            if isinstance(written, Pattern):
                for words in written.terms:
                    if words[0] == first:
                        self._end(words, term)
            else:
                self._end(written, term)

    def _end(self, words: tuple[str, ...], term: tuple[str, str]) -> None:
        node = self._root
        for word in words:
            node = node.step(word)
        if term not in node.terms:
            node.terms += (term,)
