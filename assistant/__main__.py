"""The command line of Hearth, thin: each command's module is loaded when it is used."""

import importlib
import os
from collections.abc import Mapping

import click

from assistant import __version__
from assistant.errors import AssistantError, ConfigError, ManifestError, known_error
from assistant.memory import economize, lasting

COMMANDS: Mapping[str, str] = {
    "run": "talk.run",
    "head": "head.head",
    "hands": "hands.hands",
    "ask": "talk.ask",
    "say": "talk.say",
    "hear": "hear.hear",
    "skills": "skills.skills",
    "check": "look.check",
    "doctor": "doctor.doctor",
    "sound": "sound.sound",
    "evaluate": "score.evaluate",
    "bench": "bench.bench",
    "models": "models.models",
    "devices": "devices.devices",
    "names": "names.names",
    "pin": "pin.pin",
    "last": "turns.last",
    "trace": "turns.trace",
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
        with lasting():
            command: click.Command = getattr(importlib.import_module(f"assistant.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. A wrong configuration ends with status 78, a wrong manifest with 2, other trouble with 1."""
        try:
            return super().invoke(ctx)
        except (AssistantError, ExceptionGroup) as raised:
            error = known_error(raised)
            click.echo(str(error), err=True)
            ctx.exit(78 if isinstance(error, ConfigError) else 2 if isinstance(error, ManifestError) else 1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assistant")
def cli() -> None:
    """Hearth, an offline voice assistant."""


def main() -> None:
    """Run the command that the arguments name."""
    economize()
    # numpy's matrices are small here: a second thread of its library only waits for the first, at full speed.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli(prog_name="assistant")


if __name__ == "__main__":
    main()
