// Completes Pulumi's language hosts for Node.js, Python and Go. The newest that the Go module proxy has are older than
// the engine: they run programs, but cannot generate SDKs (`pulumi package add` and `gen-sdk`) nor run policy packs, and
// take a program's options when they start, while the engine now sends them with each request. This host does what they
// cannot, and lets the older one, which lies beside it as <name>-run, do the rest.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const namePrefix = "pulumi-language-"

type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language string
	// The older host's program, and the address of the engine.
	program, engine string

	lock  sync.Mutex
	older pulumirpc.LanguageRuntimeClient
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	language, found := strings.CutPrefix(filepath.Base(program), namePrefix)
	if !found || len(os.Args) < 2 {
		return fmt.Errorf("%s is a language host, which the Pulumi engine starts", program)
	}
	engine := os.Args[len(os.Args)-1]
	host := &languageHost{language: language, program: program + "-run", engine: engine}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	cancel := make(chan bool)
	context.AfterFunc(ctx, func() { close(cancel) })
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, stop); err != nil {
		return err
	}
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)
	return <-server.Done
}

func (host *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (host *languageHost) GetRequiredPlugins(
	ctx context.Context, req *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return forward(ctx, host, req, pulumirpc.LanguageRuntimeClient.GetRequiredPlugins)
}

func (host *languageHost) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	return forward(ctx, host, req, pulumirpc.LanguageRuntimeClient.GetProgramDependencies)
}

func (host *languageHost) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	return forward(ctx, host, req, pulumirpc.LanguageRuntimeClient.About)
}

func (host *languageHost) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	return forward(ctx, host, req, pulumirpc.LanguageRuntimeClient.Run)
}

func (host *languageHost) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	output, err := forward(server.Context(), host, req, pulumirpc.LanguageRuntimeClient.InstallDependencies)
	if err != nil {
		return err
	}
	for {
		message, err := output.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := server.Send(message); err != nil {
			return err
		}
	}
}

// forward lets the older host answer a request.
func forward[Request interface{ GetInfo() *pulumirpc.ProgramInfo }, Response any](
	ctx context.Context, host *languageHost, req Request,
	call func(pulumirpc.LanguageRuntimeClient, context.Context, Request, ...grpc.CallOption) (Response, error),
) (Response, error) {
	older, err := host.start(req.GetInfo())
	if err != nil {
		var none Response
		return none, err
	}
	return call(older, ctx, req)
}
