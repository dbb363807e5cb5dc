"""`completion`: what makes a shell complete the words of rota."""

import click

from rota.cli.frame import Verb

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for a shell: `eval "$(rota completion bash)"`."""
    from click.shell_completion import get_completion_class

    from rota.cli.root import rota

    made = get_completion_class(shell)
    assert made is not None
    print(made(rota, {}, "rota", "_ROTA_COMPLETE").source())
