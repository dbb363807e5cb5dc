"""Styles, script and icons."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from rota.domain.errors import unknown
from rota.web.assets import FOREVER, Assets
from rota.web.door import PageRoute, does

router = APIRouter(route_class=PageRoute)


@router.get("/-/static/{name}", **does(None))
async def static(name: str, request: Request) -> Response:
    """One file; its address names what is in it, so that it is kept for ever."""
    assets: Assets = request.app.state.assets
    asset = assets.by_name.get(name)
    if asset is None:
        raise unknown("file", name, assets.by_name)
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.zipped, media_type=asset.kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.kind, headers=headers)
