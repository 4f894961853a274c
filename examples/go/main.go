package main

import (
	"example.com/pulumi-up42/sdk/go/up42"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(deploy)
}

// deploy declares a webhook and its test, everything from the stack's configuration.
func deploy(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	webhook, err := up42.NewWebhook(ctx, "notifications", &up42.WebhookArgs{
		Url:    pulumi.String(settings.Require("url")),
		Events: pulumi.StringArray{pulumi.String("job.status"), pulumi.String("order.status")},
		Active: pulumi.Bool(true),
		Secret: settings.RequireSecret("webhookSecret"),
	})
	if err != nil {
		return err
	}
	// The deployment fails unless a notification of each event reaches the receiver.
	test, err := up42.NewWebhookTest(ctx, "notifications", &up42.WebhookTestArgs{
		Webhook:  webhook,
		Triggers: pulumi.Array{pulumi.String(settings.Get("receiverVersion"))},
	})
	if err != nil {
		return err
	}
	ctx.Export("webhookId", webhook.ID())
	ctx.Export("testsSucceeded", test.TestsSucceeded)
	return nil
}
