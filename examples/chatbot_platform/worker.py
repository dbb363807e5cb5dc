"""The platform's Celery application, with rota's task in it.

celery -A examples.chatbot_platform.worker worker -Q maintenance,backup
"""

import os

from celery import Celery

import rota.celery

app = Celery("chatbot_platform", broker=os.environ.get("ROTA_BROKER_URL", "amqp://localhost//"))
rota.celery.setup(app)
