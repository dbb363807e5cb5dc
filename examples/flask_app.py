"""rota inside of a Flask application: `gunicorn 'examples.flask_app:create_app()'`.

Flask has no place for another application, so the verbs in Python do the work; the pages and the API of rota are
for `rota serve`, on the same database.
"""

from typing import Any

from flask import Flask, request

import rota

crons = rota.Rota(modules=["examples.shop"])


def create_app() -> Flask:
    """The application. From here on jobs run; they end with the process."""
    app = Flask(__name__)
    app.add_url_rule("/orders/count", view_func=count, methods=["POST"])
    crons.start()
    return app


def count() -> dict[str, Any]:
    """A route of the shop's own, which runs a job and waits for it."""
    shelf = request.args["shelf"]
    run = crons.jobs.execute("count_orders", by="shop", kwargs={"shelf": shelf}, wait=30)
    return {"execution": run.id, "status": run.status}
