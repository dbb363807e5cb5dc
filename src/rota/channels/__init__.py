"""Where an alert goes: apprise for mail and a hundred services, webhooks with a signature; and the web client."""
