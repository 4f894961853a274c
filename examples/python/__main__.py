"""A webhook of UP42 and its test, everything from the stack's configuration."""

import pulumi
import pulumi_up42 as up42

config = pulumi.Config()

webhook = up42.Webhook(
    "notifications",
    url=config.require("url"),
    events=config.get_object("events") or ["job.status", "order.status"],
    active=True,
    secret=config.require_secret("webhookSecret"),
)

# The deployment fails unless a notification of each event reaches the receiver.
test = up42.WebhookTest(
    "notifications",
    webhook=webhook,
    triggers=[config.get("receiverVersion") or ""],
)

pulumi.export("webhookId", webhook.id)
pulumi.export("testsSucceeded", test.tests_succeeded)
