module pulumi-up42/tools/pulumi-cli/older-hosts

go 1.25.0

require github.com/pulumi/pulumi/sdk/v3 v3.55.0
