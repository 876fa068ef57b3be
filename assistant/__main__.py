"""The command line of Hearth, thin: each command's module is loaded when it is used."""

import importlib
import sys
from collections.abc import Mapping

import click

from assistant import __version__
from assistant.errors import AssistantError, ConfigError, ManifestError

COMMANDS: Mapping[str, str] = {
    "run": "talk.run",
    "ask": "talk.ask",
    "say": "talk.say",
    "hear": "hear.hear",
    "skills": "look.skills",
    "check": "look.check",
    "evaluate": "score.evaluate",
    "try": "demonstrate.demonstrate",
}
"""Command → module in `assistant.cli`, and its name there."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(importlib.import_module(f"assistant.cli.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assistant")
def cli() -> None:
    """Hearth, an offline voice assistant."""


def main() -> None:
    """Run a command. A wrong configuration ends with status 78, a wrong option or file with 2, other trouble with 1."""
    try:
        cli(prog_name="assistant")
    except Exception as raised:
        from assistant.cli.options import known_error

        error: AssistantError = known_error(raised)
        click.echo(str(error), err=True)
        sys.exit(78 if isinstance(error, ConfigError) else 2 if isinstance(error, ManifestError) else 1)


if __name__ == "__main__":
    main()
