// Command pulumi-resource-tailscale serves a part of the Tailscale provider where Pulumi's release of it cannot be
// downloaded. It is a re-implementation on Tailscale's own API client: same tokens, properties, defaults, secrets and
// HTTP calls as @pulumi/tailscale 0.29.1 for FederatedIdentity, OauthClient, Acl, getAcl, getDevice and getDevices.
// Everything else is refused by name.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	rpcprovider "github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"tailscale.com/client/tailscale/v2"
)

// version is that of @pulumi/tailscale; the build sets it with -ldflags.
var version = "0.0.0-dev"

// resource is one kind of resource. Preview runs check, diff and plan, and calls no API, as the official plugin does.
type resource interface {
	// check returns what is wrong with known inputs of the resource that has this name.
	check(name string, inputs property.Map) ([]p.CheckFailure, error)
	// diff compares the state with what the inputs want and names what changes.
	diff(state, inputs property.Map) []string
	// plan returns the state that is expected from the inputs; state is empty when the resource is to be created.
	plan(state, inputs property.Map) property.Map
	create(ctx context.Context, client *tailscale.Client, inputs property.Map) (id string, state property.Map, err error)
	update(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (property.Map, error)
	// read returns an empty id for what is gone. Without inputs it is an import.
	read(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (p.ReadResponse, error)
	remove(ctx context.Context, client *tailscale.Client, id string, state property.Map) error
}

var resources = map[string]resource{
	"tailscale:index/federatedIdentity:FederatedIdentity": federatedIdentity,
	"tailscale:index/oauthClient:OauthClient":             oauthClient,
	"tailscale:index/acl:Acl":                             acl{},
}

var functions = map[string]func(context.Context, *tailscale.Client, property.Map) (property.Map, error){
	"tailscale:index/getAcl:getAcl":         getACL,
	"tailscale:index/getDevice:getDevice":   getDevice,
	"tailscale:index/getDevices:getDevices": getDevices,
}

func lookUp[T any](kinds map[string]T, token string) (T, error) {
	kind, ok := kinds[token]
	if !ok {
		return kind, fmt.Errorf("%s is not part of this re-implementation of the Tailscale provider; "+
			"install Pulumi, which then downloads the official one", token)
	}
	return kind, nil
}

func main() {
	err := rpcprovider.MainContext(context.Background(), "tailscale", func(host *rpcprovider.HostClient) (rpc.ResourceProviderServer, error) {
		served, err := p.RawServer("tailscale", version, provider())(host)
		return server{served}, errors.Join(err, endWithEngine(os.Args))
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// server changes those answers of the framework that differ from the bridge's.
type server struct{ rpc.ResourceProviderServer }

// Configure accepts no secrets: the engine sends values in clear and marks again what it knows to be secret.
func (s server) Configure(ctx context.Context, req *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	response, err := s.ResourceProviderServer.Configure(ctx, req)
	if response != nil {
		response.AcceptSecrets, response.AcceptOutputs = false, false
	}
	return response, err
}

// Diff names properties and gives no details.
func (s server) Diff(ctx context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	response, err := s.ResourceProviderServer.Diff(ctx, req)
	if response != nil {
		slices.Sort(response.Diffs)
		response.DetailedDiff, response.HasDetailedDiff = nil, false
	}
	return response, err
}

// CheckConfig leaves out what the framework adds to the configuration: the engine warns about that key.
func (s server) CheckConfig(ctx context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	response, err := s.ResourceProviderServer.CheckConfig(ctx, req)
	if response != nil {
		delete(response.GetInputs().GetFields(), internalKey)
	}
	return response, err
}

// Read gives no properties for what does not exist; with empty ones the engine would import it.
func (s server) Read(ctx context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	response, err := s.ResourceProviderServer.Read(ctx, req)
	if response != nil && response.GetId() == "" {
		return &rpc.ReadResponse{}, err
	}
	return response, err
}

const internalKey = "__internal"

func provider() p.Provider {
	configured := &configuration{}
	return p.Provider{
		CheckConfig: checkConfig,
		DiffConfig:  diffConfig,
		Configure: func(ctx context.Context, req p.ConfigureRequest) error {
			return report(ctx, configured.set(req.Args))
		},
		Cancel: func(context.Context) error { return nil },
		Check: func(_ context.Context, req p.CheckRequest) (p.CheckResponse, error) {
			kind, err := lookUp(resources, string(req.Urn.Type()))
			if err != nil {
				return p.CheckResponse{}, err
			}
			failures, err := kind.check(req.Urn.Name(), req.Inputs)
			return p.CheckResponse{Inputs: req.Inputs, Failures: failures}, err
		},
		Diff: func(_ context.Context, req p.DiffRequest) (p.DiffResponse, error) {
			kind, err := lookUp(resources, string(req.Urn.Type()))
			if err != nil {
				return p.DiffResponse{}, err
			}
			// As the bridge does: what is ignored is wanted as it is.
			inputs := req.Inputs
			for name := range inputs.All {
				if old, ok := req.State.GetOk(name); ok && ignored(name, req.IgnoreChanges) {
					inputs = inputs.Set(name, old)
				}
			}
			changes := map[string]p.PropertyDiff{}
			for _, name := range kind.diff(req.State, inputs) {
				changes[name] = p.PropertyDiff{Kind: p.Update}
			}
			return p.DiffResponse{HasChanges: len(changes) > 0, DetailedDiff: changes}, nil
		},
		Create: func(ctx context.Context, req p.CreateRequest) (p.CreateResponse, error) {
			kind, err := lookUp(resources, string(req.Urn.Type()))
			if err != nil {
				return p.CreateResponse{}, err
			}
			if req.DryRun {
				return p.CreateResponse{Properties: kind.plan(property.Map{}, req.Properties).Set("id", unknown)}, nil
			}
			client, err := configured.client()
			if err != nil {
				return p.CreateResponse{}, err
			}
			id, state, err := kind.create(ctx, client, req.Properties)
			return p.CreateResponse{ID: id, Properties: complete(id, state)}, report(ctx, err)
		},
		Update: func(ctx context.Context, req p.UpdateRequest) (p.UpdateResponse, error) {
			kind, err := lookUp(resources, string(req.Urn.Type()))
			if err != nil {
				return p.UpdateResponse{}, err
			}
			if req.DryRun {
				return p.UpdateResponse{Properties: kind.plan(req.State, req.Inputs).Set("id", property.New(req.ID))}, nil
			}
			client, err := configured.client()
			if err != nil {
				return p.UpdateResponse{}, err
			}
			state, err := kind.update(ctx, client, req.ID, req.State, req.Inputs)
			return p.UpdateResponse{Properties: complete(req.ID, state)}, report(ctx, err)
		},
		Read: func(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
			kind, err := lookUp(resources, string(req.Urn.Type()))
			if err != nil {
				return p.ReadResponse{}, err
			}
			client, err := configured.client()
			if err != nil {
				return p.ReadResponse{}, err
			}
			response, err := kind.read(ctx, client, req.ID, req.Properties, req.Inputs)
			if response.ID != "" {
				response.Properties = complete(response.ID, response.Properties)
			}
			return response, report(ctx, err)
		},
		Delete: func(ctx context.Context, req p.DeleteRequest) error {
			kind, err := lookUp(resources, string(req.Urn.Type()))
			if err != nil {
				return err
			}
			client, err := configured.client()
			if err != nil {
				return err
			}
			return report(ctx, kind.remove(ctx, client, req.ID, req.Properties))
		},
		Invoke: func(ctx context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
			call, err := lookUp(functions, string(req.Token))
			if err != nil {
				return p.InvokeResponse{}, err
			}
			client, err := configured.client()
			if err != nil {
				return p.InvokeResponse{}, err
			}
			result, err := call(ctx, client, req.Args)
			return p.InvokeResponse{Return: result}, report(ctx, err)
		},
	}
}

// complete adds what the bridge keeps in a state: the id again, and its own record, of which only the presence is imitated.
func complete(id string, state property.Map) property.Map {
	record := property.New(map[string]property.Value{"obj": property.New(map[string]property.Value{})})
	return state.Set("id", property.New(id)).Set("__pulumi_raw_state_delta", record)
}

func ignored(path string, patterns []string) bool {
	for _, pattern := range patterns {
		if path == pattern || strings.HasPrefix(path, pattern+".") || strings.HasPrefix(path, pattern+"[") {
			return true
		}
	}
	return false
}
