module pulumi-up42/tools/pulumi-cli/older-hosts

go 1.25.0

// The last ones are what the engine and the host for YAML have, and is compiled already.
require (
	github.com/pulumi/pulumi/sdk/v3 v3.55.0
	github.com/ProtonMail/go-crypto v1.4.1
	github.com/cloudflare/circl v1.6.3
	github.com/go-git/go-git/v5 v5.16.0
	golang.org/x/crypto v0.55.0
	golang.org/x/net v0.58.0
	google.golang.org/genproto v0.0.0-20260724162435-b2f20204f0df
	google.golang.org/grpc v1.83.1
	google.golang.org/protobuf v1.36.12
)
