"""A host application, to be served by several workers."""

from fastapi import FastAPI

import rota

app = FastAPI()
crons = rota.mount(app, path="/admin/cron", modules=["tests.embedding.host_jobs"], runners=1)
