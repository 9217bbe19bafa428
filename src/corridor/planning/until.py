"""When a search ends: at its deadline, or as soon as someone asks for what there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Until:
    """A deadline on the monotonic clock and a question asked between two steps; `asked` remembers a yes."""

    deadline: float
    stop: Callable[[], bool] | None = None
    asked: list[bool] = field(default_factory=list)

    def over(self) -> bool:
        """Tell whether to end with what there is."""
        if self.stop is not None and not self.asked and self.stop():
            self.asked.append(True)
        return bool(self.asked) or time.monotonic() > self.deadline

    def sooner(self, deadline: float) -> Until:
        """Return the same with an earlier deadline."""
        return replace(self, deadline=min(self.deadline, deadline))

    def tell(self, progress: Callable[[str, int, int], None] | None, operation: str, done: int, total: int) -> None:
        """Report progress; an interrupt that comes back from it asks for what there is."""
        if progress is not None:
            try:
                progress(operation, done, total)
            except KeyboardInterrupt:
                self.asked.append(True)
