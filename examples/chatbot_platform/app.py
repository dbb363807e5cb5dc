"""The platform's web application, with rota inside of it: the API at /api/v1, the pages at /admin/cron."""

from fastapi import FastAPI

import rota

app = FastAPI(title="AI Chatbot Platform")


@app.get("/chat/health")
def health() -> dict[str, str]:
    """A route of the platform's own."""
    return {"status": "ok"}


crons = rota.mount(app, path="/ops", modules=["examples.chatbot_platform.jobs"])
