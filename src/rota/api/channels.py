"""Channels: where alerts are sent."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from rota.api.alerts import reference
from rota.api.route import Asker, Product, about
from rota.domain.alert import Channel, ChannelPatch, ChannelSpec
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute

router = APIRouter(prefix="/api/v1/channels", tags=["alerts"], route_class=GuardedRoute)

ChannelRef = Annotated[str, Path(max_length=110, description="a channel's id or name", examples=["ops_mail"])]
CHANNEL = {
    "id": 1, "name": "ops_mail", "kind": "apprise", "reference": "env:OPS_MAIL", "is_signed": False, "failures": 0,
    "next_at": None, "last_sent_at": "2026-03-01T09:10:00Z", "last_error": None, "waiting": 0,
    "created_at": "2026-03-01T09:00:00Z", "created_by": "ana",
}  # fmt: skip
NEW = {"name": "ops_mail", "kind": "apprise", "url": "env:OPS_MAIL"}


@router.get("", **about("List channels", Action.CHANNEL_READ, example=[CHANNEL]))
def list_channels(rota: Product) -> list[Channel]:
    """The channels, by name, without their addresses."""
    return rota.alerts.channels.listing()


@router.post(
    "", **about("Create a channel", Action.CHANNEL_CREATE, 409, body=True, status=201, example=CHANNEL)
)
def create_channel(spec: Annotated[ChannelSpec, Body(examples=[NEW])], rota: Product, by: Asker) -> Channel:
    """A service by its apprise address, or a webhook. The address is stored sealed, or as "env:NAME"."""
    return rota.alerts.channels.create(spec, by)


@router.get("/{channel}", **about("Get a channel", Action.CHANNEL_READ, 404, example=CHANNEL))
def get_channel(channel: ChannelRef, rota: Product) -> Channel:
    """One channel, by its id or name."""
    return rota.alerts.channels.get(reference(channel))


@router.patch(
    "/{channel}", **about("Change a channel", Action.CHANNEL_UPDATE, 404, body=True, example=CHANNEL)
)
def change_channel(
    channel: ChannelRef,
    patch: Annotated[ChannelPatch, Body(examples=[{"url": "env:OPS_MAIL_2"}])],
    rota: Product,
    by: Asker,
) -> Channel:
    """Another address or signature; what is not given stays. What waits is sent there at once."""
    return rota.alerts.channels.update(reference(channel), patch, by)


@router.delete("/{channel}", **about("Delete a channel", Action.CHANNEL_DELETE, 404, 409, status=204))
def delete_channel(channel: ChannelRef, rota: Product, by: Asker) -> Response:
    """Take a channel away that no alert is sent to."""
    rota.alerts.channels.delete(reference(channel), by)
    return Response(status_code=204)


@router.post("/{channel}/test", **about("Test a channel", Action.CHANNEL_TEST, 404, 409, example=CHANNEL))
def test_channel(channel: ChannelRef, rota: Product, by: Asker) -> Channel:
    """Send a message there now, and wait until it was taken; 409 says why it was not."""
    return rota.alerts.channels.test(reference(channel), by)
