"""Drives UP42's own Python SDK against an emulator, with nothing changed but the host names.

Reads the address of the emulator, a user's name and password, and the address of a receiver from the command line;
prints what the SDK saw as JSON. Knows the interface of 1.x and of 2.x.
"""

import importlib.metadata
import json
import logging
import sys

import up42
from up42 import host

emulator, username, password, receiver = sys.argv[1:]
logging.disable()

host.endpoint = lambda path: emulator + path
host.token_endpoint = lambda: emulator + "/realms/public/protocol/openid-connect/token"
host.user_info_endpoint = lambda: emulator + "/realms/public/protocol/openid-connect/userinfo"

up42.authenticate(username=username, password=password)
CONTENT = {"name": "made by the SDK", "url": receiver, "events": ["order.status"]}


def use_1():
    webhook = up42.create_webhook(**CONTENT)
    read = up42.initialize_webhook(webhook_id=webhook.webhook_id)
    created = dict(read.info)
    updated = dict(read.update(name="renamed", active=True).info)
    tested = read.trigger_test_events()
    listed = up42.get_webhooks(return_json=True)
    read.delete()
    return up42.get_webhook_events(), created, updated, tested, listed, up42.get_webhooks(return_json=True)


def use_2():
    from up42.webhooks import Webhook

    def content(webhook):
        return {name: getattr(webhook, name) for name in ("id", "name", "url", "events", "active", "secret")}

    webhook = Webhook(**CONTENT)
    webhook.save()
    created = content(Webhook.get(webhook.id))
    webhook.name = "renamed"
    webhook.active = True
    webhook.save()
    updated = content(Webhook.get(webhook.id))
    tested = webhook.trigger_test_events()
    listed = [content(one) for one in Webhook.all()]
    webhook.delete()
    return Webhook.get_webhook_events(), created, updated, tested, listed, [content(one) for one in Webhook.all()]


version = importlib.metadata.version("up42-py")
results = use_1() if version.startswith("1.") else use_2()
names = ("events", "created", "updated", "tested", "listed", "left")
print(json.dumps({"version": version, **dict(zip(names, results))}))
