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
)

const findPolicyRunner = "console.log(require.resolve('@pulumi/pulumi/cmd/run-policy-pack'))"

// RunPlugin runs a policy pack, with the SDK that the pack itself has installed. There is no need for other plugins.
func (host *languageHost) RunPlugin(
	req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	pack := req.GetInfo().GetRootDirectory()
	if _, err := os.Stat(filepath.Join(pack, "PulumiPolicy.yaml")); host.language != "nodejs" || err != nil {
		return fmt.Errorf("%s is no policy pack for Node.js: this language host runs no other plugins", pack)
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
