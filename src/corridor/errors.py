"""One family of errors: each says what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class CorridorError(Exception):
    """Something a person can mend; carries its cause, its place and a hint."""

    exit_code = 3

    def __init__(self, cause: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        """Return the message as printed: place, cause, then the hint on its own line."""
        head = f"{self.place}: {self.cause}" if self.place else self.cause
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class UsageError(CorridorError):
    """The call itself is wrong: an option, a path or a combination of them."""

    exit_code = 2


class InputError(CorridorError):
    """What was read cannot be used; `faults` holds every fault of the file, not only the first."""

    exit_code = 3

    def __init__(self, cause: str, *, place: str = "", hint: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(cause, place=place, hint=hint)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        """Return the head line, then one line a fault."""
        return "\n".join([super().__str__(), *(f"  {fault}" for fault in self.faults)])


class Infeasible(CorridorError):  # noqa: N818 - the design's word for an answer, not a mishap
    """No plan can exist; `clauses` names the smallest set of things that cannot hold together."""

    exit_code = 1

    def __init__(
        self,
        cause: str,
        *,
        place: str = "",
        hint: str = "",
        clauses: Sequence[str] = (),
        nothing_to_move: bool = False,
    ) -> None:
        super().__init__(cause, place=place, hint=hint)
        self.clauses = tuple(clauses)
        self.nothing_to_move = nothing_to_move

    def __str__(self) -> str:
        """Return the message as printed, then what cannot hold, by its ids."""
        return super().__str__() + (f"\n  cannot hold: {', '.join(self.clauses)}" if self.clauses else "")


class Fault:
    """One fault of an input: where it is, what it is, what was expected."""

    def __init__(self, place: str, what: str, hint: str = "") -> None:
        self.place = place
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        """Return `place: what (hint)`."""
        return f"{self.place}: {self.what}" + (f" ({self.hint})" if self.hint else "")
