import pulumi
import pulumi_up42 as up42

# The settings of each stack: Pulumi.dev.yaml, or `pulumi config set webhook:url …`.
config = pulumi.Config("webhook")

webhook = up42.Webhook(
    "orders",
    url=config.require("url"),
    events=["order.status"],
    secret=config.require_secret("secret"),
    active=True,
)

# The deployment fails, with UP42's own words, unless a test notification arrives.
up42.WebhookTest("orders", webhook=webhook)

pulumi.export("webhookId", webhook.id)
