"""The settings that the database keeps and that hold for all nodes."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import ConfigDict, create_model

from rota.api.answers import Setting
from rota.api.route import Asker, Product, about
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.services.configuration import Kept

router = APIRouter(prefix="/api/v1/settings", tags=["settings"], route_class=GuardedRoute)

_FIELDS: dict[str, Any] = {
    name: (Annotated[field.rebuild_annotation() | None, None], None)
    for name, field in Kept.model_fields.items()
}
_OPTIONS: dict[str, Any] = {"__config__": ConfigDict(extra="forbid")}
Changes: Any = create_model(
    "SettingChanges",
    __doc__="The settings to change; null takes one back to its default.",
    **_OPTIONS,
    **_FIELDS,
)


@router.get("", **about("List settings", Action.CONFIG_READ))
def list_settings(rota: Product) -> list[Setting]:
    """Each setting as it holds, and where it comes from."""
    return _all(rota)


@router.patch("", **about("Change settings", Action.CONFIG_SET, 409, body=True))
def change_settings(
    changes: Annotated[Changes, Body(examples=[{"retention_days": 60, "default_timeout": None}])],
    rota: Product,
    by: Asker,
) -> list[Setting]:
    """Change those given. 409 for one that the environment sets."""
    kept = rota.configuration
    for name, value in changes.model_dump(mode="json", exclude_unset=True).items():
        kept.set(name, None if value is None else _text(value), by)
    return _all(rota)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _all(rota: Product) -> list[Setting]:
    return [Setting.model_validate(one) for one in rota.configuration.values()]
