"""What can be run, and where: tasks and nodes."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from rota.api.answers import Node, Task
from rota.api.route import Asker, Product, about
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.services.presence import Seen

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute)

NodeName = Annotated[str, Path(max_length=200, description="its name or id")]

TASK = {
    "name": "app.tasks.cleanup.system_cleanup", "title": "Clean up", "description": "Deletes temporary files.",
    "schema": {"type": "object", "properties": {"cleanup_level": {"type": "string", "default": "light"}}},
    "file": "app/tasks/cleanup.py", "line": 12, "nodes": 1,
}  # fmt: skip


@router.get("/tasks", tags=["tasks"], response_model=list[Task], **about(
    "List tasks", Action.TASK_READ, example=[TASK]
))  # fmt: skip
def list_tasks(rota: Product) -> Any:
    """What jobs can run, with the JSON Schema of its arguments, and how many live nodes know it."""
    return rota.catalogue.tasks()


@router.get("/tasks/{task}", tags=["tasks"], response_model=Task, **about(
    "Get a task", Action.TASK_READ, 404, example={**TASK, "known_by": ["node-1 (pid 77)"], "jobs": []}
))  # fmt: skip
def get_task(task: Annotated[str, Path(max_length=200, description="its dotted name")], rota: Product) -> Any:
    """One task, with the nodes that know it and the jobs that run it."""
    return rota.catalogue.task(task)


@router.get("/nodes", tags=["nodes"], **about("List nodes", Action.NODE_READ))
def list_nodes(rota: Product) -> list[Node]:
    """The processes that schedule and run, as far as they have not said goodbye, and how long each is silent."""
    return [_node(seen) for seen in rota.presence.nodes()]


@router.post("/nodes/{node}/drain", tags=["nodes"], **about("Drain nodes", Action.NODE_DRAIN, 404))
def drain_node(node: NodeName, rota: Product, by: Asker) -> list[Node]:
    """Give the nodes of that name or id nothing more; what runs there, finishes."""
    return [_node(seen) for seen in rota.presence.drain(node, by)]


@router.post("/nodes/{node}/undrain", tags=["nodes"], **about("Undrain nodes", Action.NODE_DRAIN, 404))
def undrain_node(node: NodeName, rota: Product, by: Asker) -> list[Node]:
    """Let nodes that were drained take work again."""
    return [_node(seen) for seen in rota.presence.undrain(node, by)]


def _node(seen: Seen) -> Node:
    own = {name: getattr(seen.node, name) for name in Node.model_fields if hasattr(seen.node, name)}
    told = {"alive": seen.is_alive, "silent_seconds": round(seen.silent.total_seconds(), 1)}
    return Node(**own | told | {"queues": list(seen.node.queues)})
