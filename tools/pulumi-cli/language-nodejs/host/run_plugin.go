// The method that Pulumi's language host for Node.js, as the Go module proxy has it, does not implement yet: running
// plugins. Everything else in this package comes from there; see ../../language-host.mjs.

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	findPolicyRunner = "console.log(require.resolve('@pulumi/pulumi/cmd/run-policy-pack'))"

	// Where the engine says which plugin it means: the request's info.root_directory. It is younger than the protocol
	// that this host is compiled with, and so among the fields that the request keeps without knowing them.
	infoField          = 5
	rootDirectoryField = 1
)

// RunPlugin runs a policy pack, with the SDK that the pack itself has installed. There is no need for other plugins.
func (host *nodeLanguageHost) RunPlugin(
	req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	pack := rootDirectory(req)
	if _, err := os.Stat(filepath.Join(pack, "PulumiPolicy.yaml")); err != nil {
		return fmt.Errorf("this language host runs no plugins but policy packs: %w", err)
	}
	runner, err := policyRunner(server.Context(), pack)
	if err != nil {
		return err
	}
	output := &pluginOutput{server: server}
	args := append([]string{runner}, req.Args...)
	command := exec.CommandContext(server.Context(), "node", append(args, ".")...)
	command.Dir = pack
	command.Env = req.Env
	command.Stdout = pluginWriter(output.stdout)
	command.Stderr = pluginWriter(output.stderr)
	err = command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("running the policy pack in %s: %w", pack, err)
	}
	return output.exitCode(command.ProcessState.ExitCode())
}

func policyRunner(ctx context.Context, pack string) (string, error) {
	command := exec.CommandContext(ctx, "node", "--eval", findPolicyRunner)
	command.Dir = pack
	found, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("the policy pack in %s finds no @pulumi/pulumi: run npm install there (%w)", pack, err)
	}
	return strings.TrimSpace(string(found)), nil
}

func rootDirectory(req *pulumirpc.RunPluginRequest) string {
	info := bytesField(req.ProtoReflect().GetUnknown(), infoField)
	return string(bytesField(info, rootDirectoryField))
}

// bytesField returns a field of an encoded message; nil when it is not there.
func bytesField(message []byte, wanted protowire.Number) []byte {
	for len(message) > 0 {
		number, kind, tagSize := protowire.ConsumeTag(message)
		if tagSize < 0 {
			return nil
		}
		value := message[tagSize:]
		if number == wanted && kind == protowire.BytesType {
			content, _ := protowire.ConsumeBytes(value)
			return content
		}
		valueSize := protowire.ConsumeFieldValue(number, kind, value)
		if valueSize < 0 {
			return nil
		}
		message = value[valueSize:]
	}
	return nil
}

// pluginOutput sends what a plugin writes on its two outputs to the engine, on one stream.
type pluginOutput struct {
	lock   sync.Mutex
	server pulumirpc.LanguageRuntime_RunPluginServer
}

func (output *pluginOutput) stdout(text []byte) error {
	return output.send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
}

func (output *pluginOutput) stderr(text []byte) error {
	return output.send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
}

func (output *pluginOutput) exitCode(code int) error {
	exit := &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}
	return output.send(&pulumirpc.RunPluginResponse{Output: exit})
}

func (output *pluginOutput) send(response *pulumirpc.RunPluginResponse) error {
	output.lock.Lock()
	defer output.lock.Unlock()
	return output.server.Send(response)
}

type pluginWriter func(text []byte) error

func (write pluginWriter) Write(text []byte) (int, error) {
	if err := write(text); err != nil {
		return 0, err
	}
	return len(text), nil
}
