package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// start starts the older host for a program, unless it runs: the engine starts a language host for each program.
func (host *languageHost) start(info *pulumirpc.ProgramInfo) (pulumirpc.LanguageRuntimeClient, error) {
	host.lock.Lock()
	defer host.lock.Unlock()
	if host.older != nil {
		return host.older, nil
	}
	command := exec.Command(host.program, append(olderOptions(host.language, info), host.engine)...)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(output)
	port, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s does not serve: %w", host.program, errors.Join(err, command.Wait()))
	}
	// The rest is what programs write.
	go io.Copy(os.Stdout, lines)
	address := "127.0.0.1:" + strings.TrimSpace(port)
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	host.older = pulumirpc.NewLanguageRuntimeClient(connection)
	return host.older, nil
}

// olderOptions are the older host's arguments for the options of a program. Those it does not know would end it.
func olderOptions(language string, info *pulumirpc.ProgramInfo) []string {
	virtualenv := info.GetOptions().GetFields()["virtualenv"].GetStringValue()
	if language != "python" || virtualenv == "" {
		return nil
	}
	return []string{"-root", info.GetRootDirectory(), "-virtualenv", virtualenv}
}
