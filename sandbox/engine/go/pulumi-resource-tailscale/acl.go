package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/tailscale/hujson"
	"tailscale.com/client/tailscale/v2"
)

// acl is the whole policy file as one resource. Preview validates nothing (terraform-provider-tailscale v0.29.2).
type acl struct{}

func (acl) check(resource string, inputs property.Map) ([]p.CheckFailure, error) {
	checker := &checker{resource: resource, inputs: inputs}
	checker.require("acl")
	if policy := inputs.Get("acl"); policy.IsString() {
		if _, err := hujson.Parse([]byte(policy.AsString())); err != nil {
			checker.fail("acl", "ACL is not valid HuJSON. "+err.Error())
		}
	}
	return checker.failures, nil
}

func (acl) diff(state, inputs property.Map) []string {
	changes := []string{}
	for _, name := range []string{"acl", "overwriteExistingContent", "resetAclOnDestroy"} {
		value, isGiven := inputs.GetOk(name)
		old, wasGiven := state.GetOk(name)
		switch {
		case !isGiven && !wasGiven, value.Equals(old):
		case name == "acl" && canonical(value) == canonical(old):
		default:
			changes = append(changes, name)
		}
	}
	return changes
}

// canonical is the text in hujson's formatting; what cannot be parsed equals only itself.
func canonical(value property.Value) string {
	if !value.IsString() {
		return "\x00" + fmt.Sprint(value)
	}
	formatted, err := hujson.Format([]byte(value.AsString()))
	if err != nil {
		return value.AsString()
	}
	return string(formatted)
}

func (acl) plan(_, inputs property.Map) property.Map { return inputs }

func (acl) create(ctx context.Context, client *tailscale.Client, inputs property.Map) (string, property.Map, error) {
	// With this ETag the server accepts only where the policy file is still the default one.
	etag := "ts-default"
	if isTrue(inputs.Get("overwriteExistingContent")) {
		etag = ""
	}
	err := client.PolicyFile().Set(ctx, stringOf(inputs.Get("acl")), etag)
	var refused tailscale.APIError
	if errors.As(err, &refused) && refused.Status == http.StatusPreconditionFailed {
		return "", property.Map{}, failure{"Overwrite Protected", errors.New("You are trying to overwrite a non-default policy. " +
			"Please import the ACL first or set overwrite_existing_content = true.")}
	}
	if err != nil {
		return "", property.Map{}, failure{"Failed to set ACL", err}
	}
	return rand.Text(), inputs, nil
}

func (acl) update(ctx context.Context, client *tailscale.Client, _ string, _, inputs property.Map) (property.Map, error) {
	if err := client.PolicyFile().Set(ctx, stringOf(inputs.Get("acl")), ""); err != nil {
		return property.Map{}, failure{"Failed to update ACL", err}
	}
	return inputs, nil
}

func (acl) read(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (p.ReadResponse, error) {
	live, err := client.PolicyFile().Raw(ctx)
	if err != nil {
		return p.ReadResponse{}, failure{"Failed to fetch ACL", err}
	}
	now := state.Set("acl", property.New(live.HuJSON))
	if state.Len() == 0 {
		return p.ReadResponse{ID: id, Properties: now, Inputs: now}, nil
	}
	return p.ReadResponse{ID: id, Properties: now, Inputs: shapedMap(inputs, now)}, nil
}

func (acl) remove(ctx context.Context, client *tailscale.Client, _ string, state property.Map) error {
	if !isTrue(state.Get("resetAclOnDestroy")) {
		return nil
	}
	if err := client.PolicyFile().Set(ctx, "", ""); err != nil {
		return failure{"Failed to reset ACL", err}
	}
	return nil
}

func isTrue(value property.Value) bool { return value.IsBool() && value.AsBool() }

func getACL(ctx context.Context, client *tailscale.Client, _ property.Map) (property.Map, error) {
	live, err := client.PolicyFile().Raw(ctx)
	if err != nil {
		return property.Map{}, failure{"Failed to fetch ACL", err}
	}
	policy, err := hujson.Parse([]byte(live.HuJSON))
	if err != nil {
		return property.Map{}, failure{"Failed to parse ACL as HuJSON", err}
	}
	policy.Minimize()
	return property.NewMap(map[string]property.Value{
		"id": property.New(rand.Text()), "hujson": property.New(live.HuJSON), "json": property.New(policy.String()),
	}), nil
}
