module pulumi-up42/tools/pulumi-cli/yaml-host

go 1.25.11

require github.com/pulumi/pulumi-yaml v1.25.0
