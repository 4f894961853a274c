package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GeneratePackage writes a package's SDK.
func (host *languageHost) GeneratePackage(
	_ context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(req.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(req.Schema), &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewCachedLoader(loader), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("the schema is not valid: %w", diagnostics)
	}
	files, err := host.generate(pkg, req, loader)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GeneratePackageResponse{}, writeFiles(req.Directory, files)
}

func (host *languageHost) generate(
	pkg *schema.Package, req *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	switch host.language {
	case "go":
		return golang.GeneratePackage("pulumi", pkg, req.LocalDependencies)
	case "nodejs":
		return nodejs.GeneratePackage("pulumi", pkg, req.ExtraFiles, req.LocalDependencies, req.Local, loader)
	default:
		return python.GeneratePackage("pulumi", pkg, req.ExtraFiles, loader)
	}
}

func writeFiles(folder string, files map[string][]byte) error {
	for name, content := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

var linkers = map[string]func(program, sdk string) error{"python": linkPython, "go": linkGo}

// Link makes a program depend on SDKs in folders.
func (host *languageHost) Link(_ context.Context, req *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	var names []string
	for _, dependency := range req.Packages {
		link, found := linkers[host.language]
		if !found {
			return nil, fmt.Errorf("programs for %s cannot be linked to SDKs in folders", host.language)
		}
		if err := link(req.Info.ProgramDirectory, dependency.Path); err != nil {
			return nil, err
		}
		names = append(names, dependency.Package.Name)
	}
	return &pulumirpc.LinkResponse{ImportInstructions: "Linked " + strings.Join(names, ", ") + "."}, nil
}

func linkPython(program, sdk string) error {
	file := filepath.Join(program, "requirements.txt")
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if slices.Contains(lines, sdk) {
		return nil
	}
	return os.WriteFile(file, []byte(strings.Join(append(lines, sdk), "\n")+"\n"), 0o644)
}

func linkGo(program, sdk string) error {
	module := exec.Command("go", "list", "-m")
	module.Dir = filepath.Join(program, sdk)
	name, err := module.Output()
	if err != nil {
		return fmt.Errorf("%s is not a Go module: %w", module.Dir, err)
	}
	edit := exec.Command("go", "mod", "edit", "-replace", strings.TrimSpace(string(name))+"=./"+filepath.ToSlash(sdk))
	edit.Dir = program
	if output, err := edit.CombinedOutput(); err != nil {
		return fmt.Errorf("changing go.mod: %w: %s", err, output)
	}
	return nil
}
