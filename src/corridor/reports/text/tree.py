"""The tree of terms: where each word of a term leads, whole or by its stem."""

from __future__ import annotations

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
        """Return the nodes that a word of a text leads to, by any of its forms."""
        following = self.following
        found = [following[form] for form in forms if form in following]
        stems = self.stems
        if stems:
            begun = [form[:size] for form in forms for size in range(1, len(form) + 1) if form[:size] in stems]
            if len(begun) > 1:
                # In the order of the tables, each once.
                begun = [stem for stem in stems if stem in begun]
            found += [stems[stem] for stem in begun]
        return found
