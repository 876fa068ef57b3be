"""The names that the household has given to devices: `names` lists them, `names forget` removes one."""

import click

from assistant.acting import state_folder
from assistant.cli.options import Chosen, configured, print_json
from assistant.conversation.aliases import Aliases
from assistant.store import Stores


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@configured
@click.pass_context
def names(ctx: click.Context, chosen: Chosen, as_json: bool) -> None:
    """List the names that devices were given by saying so."""
    stores = Stores(state_folder(chosen.config) / "skills")
    ctx.call_on_close(stores.close)
    ctx.obj = Aliases(stores)
    if ctx.invoked_subcommand is not None:
        return
    known = ctx.obj.all()
    if as_json:
        print_json(dict(known))
    elif not known:
        click.echo("None. Say, for example: call the desk lamp sunny from now on.")
    for word, device in known.items() if not as_json else ():
        click.echo(f"{word} → {device}")


@names.command()
@click.argument("word", nargs=-1, required=True)
@click.pass_obj
def forget(aliases: Aliases, word: tuple[str, ...]) -> None:
    """Forget the name WORD. An assistant that runs knows it until it starts again."""
    if not aliases.forget(" ".join(word)):
        raise click.UsageError(f"nothing is called {' '.join(word)}")
