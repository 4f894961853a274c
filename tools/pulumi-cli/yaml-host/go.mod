module pulumi-up42/tools/pulumi-cli/yaml-host

go 1.25.11

// The last ones are what the engine has, and is compiled already.
require (
	github.com/pulumi/pulumi-yaml v1.25.0
	github.com/ProtonMail/go-crypto v1.4.1
	github.com/cloudflare/circl v1.6.3
	golang.org/x/crypto v0.55.0
	golang.org/x/net v0.58.0
	google.golang.org/grpc v1.83.1
	google.golang.org/protobuf v1.36.12
)
