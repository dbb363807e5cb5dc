"""Mail, Slack, Teams and a hundred other services, by the addresses of apprise."""

from typing import Any

from rota.channels.message import Message, Undelivered
from rota.domain.errors import Invalid

REFUSED = frozenset({
    "json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises", "dbus", "qt", "glib", "kde", "gnome",
    "gio", "macosx", "windows", "syslog", "file", "blink1",
})  # fmt: skip
"""Schemes that call any web address (a webhook does that, checked), or this machine's own desktop."""


def check(url: str) -> None:
    """Raises Invalid for what is no address of a service."""
    _service(url)


def send(url: str, message: Message) -> None:
    """Send it. Raises Undelivered."""
    import apprise

    capture: Any = apprise.LogCapture
    service = _service(url)
    if isinstance(headers := getattr(service, "headers", None), dict):
        headers["X-Rota-Id"] = message.id
    sender = apprise.Apprise(asset=_asset())
    sender.add(service)
    as_html = message.html is not None
    form = apprise.NotifyFormat.HTML if as_html else apprise.NotifyFormat.TEXT
    with capture(level=apprise.logging.WARNING) as said:
        arrived = sender.notify(message.html or message.text, title=message.headline, body_format=form)
        told = said.getvalue().strip().splitlines()
    if not arrived:
        raise Undelivered(told[-1][:300] if told else "the service did not take it")


def _service(url: str) -> Any:
    import apprise

    scheme = url.partition("://")[0].lower()
    if scheme in REFUSED or scheme in ("http", "https"):
        fix = "make a channel of the kind webhook for a web address"
        raise Invalid(f'channels of "{scheme}" are not for services', fix=fix, field="url")
    service = apprise.Apprise.instantiate(url, asset=_asset())
    if service is None:
        fix = "see the list of services at apprise, as mailto://user:password@example.com"
        raise Invalid("that is not the address of a service", fix=fix, field="url")
    return service


def _asset() -> Any:
    import apprise

    # Nothing of this machine's files or environment is read because an address says so.
    return apprise.AppriseAsset(
        app_id="rota", app_desc="rota", app_url="", async_mode=False, plugin_paths=[], secure_logging=True
    )
