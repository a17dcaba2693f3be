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

func (acl) check(inputs property.Map) []p.CheckFailure {
	policy := inputs.Get("acl")
	if !policy.IsString() {
		return nil
	}
	if _, err := hujson.Parse([]byte(policy.AsString())); err != nil {
		return []p.CheckFailure{{Property: "acl", Reason: "is invalid HuJSON: " + err.Error()}}
	}
	return nil
}

func (acl) diff(state, inputs property.Map) map[string]p.PropertyDiff {
	changes := map[string]p.PropertyDiff{}
	for _, name := range []string{"acl", "overwriteExistingContent", "resetAclOnDestroy"} {
		value, isGiven := inputs.GetOk(name)
		old, wasGiven := state.GetOk(name)
		switch {
		case !isGiven && !wasGiven, value.WithSecret(false).Equals(old.WithSecret(false)):
		case name == "acl" && canonical(value) == canonical(old):
		case !isGiven:
			changes[name] = p.PropertyDiff{Kind: p.Delete}
		case !wasGiven:
			changes[name] = p.PropertyDiff{Kind: p.Add}
		default:
			changes[name] = p.PropertyDiff{Kind: p.Update}
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
		return "", property.Map{}, errors.New("Overwrite Protected: the policy file is not the default one. " +
			"Import it first or set overwriteExistingContent: true.")
	}
	if err != nil {
		return "", property.Map{}, fmt.Errorf("Failed to set ACL: %w", err)
	}
	return rand.Text(), inputs, nil
}

func (acl) update(ctx context.Context, client *tailscale.Client, _ string, _, inputs property.Map) (property.Map, error) {
	if err := client.PolicyFile().Set(ctx, stringOf(inputs.Get("acl")), ""); err != nil {
		return property.Map{}, fmt.Errorf("Failed to update ACL: %w", err)
	}
	return inputs, nil
}

func (acl) read(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (p.ReadResponse, error) {
	live, err := client.PolicyFile().Raw(ctx)
	if err != nil {
		return p.ReadResponse{}, fmt.Errorf("Failed to fetch ACL: %w", err)
	}
	policy := property.New(live.HuJSON).WithSecret(inputs.Get("acl").Secret())
	return p.ReadResponse{ID: id, Properties: state.Set("acl", policy), Inputs: inputs.Set("acl", policy)}, nil
}

func (acl) remove(ctx context.Context, client *tailscale.Client, _ string, state property.Map) error {
	if !isTrue(state.Get("resetAclOnDestroy")) {
		return nil
	}
	if err := client.PolicyFile().Set(ctx, "", ""); err != nil {
		return fmt.Errorf("Failed to reset ACL: %w", err)
	}
	return nil
}

func isTrue(value property.Value) bool { return value.IsBool() && value.AsBool() }

func getACL(ctx context.Context, client *tailscale.Client, _ property.Map) (property.Map, error) {
	live, err := client.PolicyFile().Raw(ctx)
	if err != nil {
		return property.Map{}, fmt.Errorf("Failed to fetch ACL: %w", err)
	}
	policy, err := hujson.Parse([]byte(live.HuJSON))
	if err != nil {
		return property.Map{}, fmt.Errorf("Failed to parse ACL as HuJSON: %w", err)
	}
	policy.Minimize()
	return property.NewMap(map[string]property.Value{
		"id": property.New(rand.Text()), "hujson": property.New(live.HuJSON), "json": property.New(policy.String()),
	}), nil
}
