"""What runs in the journeys through the dashboard."""

from rota import task


@task("greetings.send", title="Greet somebody")
def send(*, name: str = "world", fail: bool = False) -> str:
    """Greets whoever is named."""
    print(f"hello {name}")
    if fail:
        raise ValueError(f"{name} is not at home")
    return f"greeted {name}"
