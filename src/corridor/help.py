"""The first page of help: the pipeline's verbs with a line each, the others by name, so that it fits one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer.core

if TYPE_CHECKING:
    from typer._click.core import Context, Parameter
    from typer._click.formatting import HelpFormatter

# Verbs named without their line; `corridor VERB --help` says the rest.
SHORT = {
    "More": (
        "form",
        "levers",
        "compare",
        "score",
        "new",
        "record",
        "adopt",
        "correct",
        "order",
        "sign",
        "status",
        "handover",
        "positions",
        "drill",
        "roads",
        "latest",
        "serve",
        "log",
    ),
}


class Verbs(typer.core.TyperGroup):
    """A group of verbs whose help stays within one screen."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Return the options, that of completion with one line of help and not two."""
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, typer.core.TyperOption) and "--show-completion" in param.opts:
                param.help = "Print completion for the current shell."
        return params

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the verbs of the pipeline with a line each, then the others by name."""
        grouped = {name for names in SHORT.values() for name in names}
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and name not in grouped:
                rows.append((name, command.get_short_help_str(70)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
        known = set(self.list_commands(ctx))
        for title, names in SHORT.items():
            present = [name for name in names if name in known]
            if present:
                formatter.write_text(f"{title}: {', '.join(present)}")

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002 - the base's form
        """Write the exit codes below the verbs without another blank line."""
        if self.epilog:
            formatter.write_text(self.epilog)
