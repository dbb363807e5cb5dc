"""How this browser wants pages shown: theme, zone, shortcuts. Kept in the browser."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.permission import Action
from rota.web import times
from rota.web.door import Form, Page, PageRoute, does
from rota.web.pages.entrance import own_path
from rota.web.view import KEYS, MINE, THEME, THEMES, ZONE

router = APIRouter(route_class=PageRoute)


@router.get("/-/help", **does(Action.ME_READ))
def help_sheet(view: Page) -> Response:
    """The shortcuts, and how marks are to be read."""
    return view.render("help.html")


@router.post("/-/preferences", **does(Action.ME_READ))
def preferences(view: Page, form: Form) -> Response:
    """Keep what the form says, and go back to where it stood. What it does not name stays."""
    theme, shown, mine, keys = (form.get(name) for name in ("theme", "zone", "mine", "keys"))
    if theme is not None:
        view.keep(THEME, theme if theme in THEMES else "auto")
    if shown is not None and (shown == times.JOB or times.is_zone(shown)):
        view.keep(ZONE, quote(shown, safe=""))
    if mine is not None and times.is_zone(mine):
        view.keep(MINE, quote(mine, safe=""))
    if keys is not None:
        view.keep(KEYS, "off" if keys == "off" else "on")
    if mine is None:
        return view.go(own_path(form.get("next", "/")))
    if not times.is_zone(mine):
        return view.go("/-/settings", f"There is no time zone “{mine[:64]}”: yours stays {view.times.mine}.")
    return view.go("/-/settings", "Saved.")
