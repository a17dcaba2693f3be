package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"tailscale.com/client/tailscale/v2"
)

// credential is a kind of key of the API's /keys endpoints: a federated identity or an OAuth client.
type credential struct {
	name string
	// inputs are the settable properties with their defaults; a property whose default is unknown is the server's to
	// choose when it is not set.
	inputs map[string]property.Value
	// sets are the inputs in which order means nothing.
	sets []string
	// computed are set by the server once, secrets among them only at creation; updatedAt changes with each update.
	computed []string
	problems func(inputs property.Map) []p.CheckFailure
	post     func(context.Context, *tailscale.Client, property.Map) (*tailscale.Key, error)
	put      func(context.Context, *tailscale.Client, string, property.Map) (*tailscale.Key, error)
	// live are the inputs as the server has them.
	live func(*tailscale.Key) map[string]property.Value
}

var unknown = property.New(property.Computed)

var noStrings = property.New([]property.Value{})

var federatedIdentity = credential{
	name: "federated identity",
	inputs: map[string]property.Value{
		"description": property.New(""), "scopes": noStrings, "tags": noStrings, "issuer": property.New(""),
		"subject": property.New(""), "audience": unknown, "customClaimRules": property.New(map[string]property.Value{}),
	},
	sets:     []string{"scopes", "tags"},
	computed: []string{"createdAt", "userId"},
	problems: func(inputs property.Map) []p.CheckFailure {
		problems := checkDescription(inputs)
		if issuer := inputs.Get("issuer"); issuer.IsString() {
			parsed, err := url.ParseRequestURI(issuer.AsString())
			if err != nil || parsed.Scheme != "https" || parsed.Host == "" {
				problems = append(problems, p.CheckFailure{Property: "issuer", Reason: "must be a valid https:// URL"})
			}
		}
		if audience := inputs.Get("audience"); audience.IsString() && audience.AsString() == "" {
			problems = append(problems, p.CheckFailure{Property: "audience", Reason: "must not be empty; leave it out to have one generated"})
		}
		if rules := inputs.Get("customClaimRules"); rules.IsMap() {
			for _, claim := range []string{"sub", "iss", "aud"} {
				if _, ok := rules.AsMap().GetOk(claim); ok {
					problems = append(problems, p.CheckFailure{
						Property: "customClaimRules",
						Reason:   fmt.Sprintf("%q is reserved: sub, iss and aud have their own properties", claim),
					})
				}
			}
		}
		return problems
	},
	post: func(ctx context.Context, client *tailscale.Client, wanted property.Map) (*tailscale.Key, error) {
		return client.Keys().CreateFederatedIdentity(ctx, federatedIdentityRequest(wanted))
	},
	put: func(ctx context.Context, client *tailscale.Client, id string, wanted property.Map) (*tailscale.Key, error) {
		return client.Keys().SetFederatedIdentity(ctx, id, tailscale.SetFederatedIdentityRequest(federatedIdentityRequest(wanted)))
	},
	live: func(key *tailscale.Key) map[string]property.Value {
		return map[string]property.Value{
			"description": property.New(key.Description), "scopes": list(key.Scopes), "tags": list(key.Tags),
			"issuer": property.New(key.Issuer), "subject": property.New(key.Subject), "audience": property.New(key.Audience),
			"customClaimRules": dictionary(key.CustomClaimRules),
		}
	},
}

func federatedIdentityRequest(wanted property.Map) tailscale.CreateFederatedIdentityRequest {
	return tailscale.CreateFederatedIdentityRequest{
		Scopes: stringsOf(wanted.Get("scopes")), Tags: stringsOf(wanted.Get("tags")),
		Audience: stringOf(wanted.Get("audience")), Issuer: stringOf(wanted.Get("issuer")),
		Subject: stringOf(wanted.Get("subject")), Description: stringOf(wanted.Get("description")),
		CustomClaimRules: dictionaryOf(wanted.Get("customClaimRules")),
	}
}

var oauthClient = credential{
	name:     "oauth client",
	inputs:   map[string]property.Value{"description": property.New(""), "scopes": noStrings, "tags": noStrings},
	sets:     []string{"scopes", "tags"},
	computed: []string{"createdAt", "userId", "key"},
	problems: checkDescription,
	post: func(ctx context.Context, client *tailscale.Client, wanted property.Map) (*tailscale.Key, error) {
		return client.Keys().CreateOAuthClient(ctx, oauthClientRequest(wanted))
	},
	put: func(ctx context.Context, client *tailscale.Client, id string, wanted property.Map) (*tailscale.Key, error) {
		return client.Keys().SetOAuthClient(ctx, id, tailscale.SetOAuthClientRequest(oauthClientRequest(wanted)))
	},
	live: func(key *tailscale.Key) map[string]property.Value {
		return map[string]property.Value{
			"description": property.New(key.Description), "scopes": list(key.Scopes), "tags": list(key.Tags),
		}
	},
}

func oauthClientRequest(wanted property.Map) tailscale.CreateOAuthClientRequest {
	return tailscale.CreateOAuthClientRequest{
		Scopes: stringsOf(wanted.Get("scopes")), Tags: stringsOf(wanted.Get("tags")),
		Description: stringOf(wanted.Get("description")),
	}
}

func checkDescription(inputs property.Map) []p.CheckFailure {
	description := inputs.Get("description")
	if !description.IsString() || len([]rune(description.AsString())) <= 50 {
		return nil
	}
	return []p.CheckFailure{{Property: "description", Reason: "must have at most 50 characters"}}
}

func (c credential) check(inputs property.Map) []p.CheckFailure { return c.problems(inputs) }

// wanted are the inputs with defaults; what the server chose stays as it is in the state.
func (c credential) wanted(state, inputs property.Map) property.Map {
	wanted := map[string]property.Value{}
	for name, fallback := range c.inputs {
		if value, ok := inputs.GetOk(name); ok {
			wanted[name] = value
		} else if old, ok := state.GetOk(name); ok && fallback.IsComputed() {
			wanted[name] = old
		} else {
			wanted[name] = fallback
		}
	}
	return property.NewMap(wanted)
}

func (c credential) diff(state, inputs property.Map) map[string]p.PropertyDiff {
	changes := map[string]p.PropertyDiff{}
	for name, value := range c.wanted(state, inputs).All {
		old := state.Get(name)
		same := value.WithSecret(false).Equals(old.WithSecret(false))
		if slices.Contains(c.sets, name) && !value.HasComputed() {
			same = sameSet(value, old)
		}
		if same {
			continue
		}
		kind := p.Update
		if _, ok := inputs.GetOk(name); !ok {
			kind = p.Delete
		}
		changes[name] = p.PropertyDiff{Kind: kind}
	}
	return changes
}

func (c credential) plan(state, inputs property.Map) property.Map {
	planned := c.wanted(state, inputs).Set("updatedAt", unknown)
	for _, name := range c.computed {
		value, ok := state.GetOk(name)
		if !ok {
			value = unknown
		}
		planned = planned.Set(name, value.WithSecret(name == "key"))
	}
	return planned
}

func (c credential) create(ctx context.Context, client *tailscale.Client, inputs property.Map) (string, property.Map, error) {
	key, err := c.post(ctx, client, c.wanted(property.Map{}, inputs))
	if err != nil {
		return "", property.Map{}, fmt.Errorf("Failed to create %s: %w", c.name, err)
	}
	return key.ID, c.state(property.Map{}, inputs, key), nil
}

func (c credential) update(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (property.Map, error) {
	key, err := c.put(ctx, client, id, c.wanted(state, inputs))
	if err != nil {
		return property.Map{}, fmt.Errorf("Failed to update %s: %w", c.name, err)
	}
	return c.state(state, inputs, key), nil
}

func (c credential) read(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (p.ReadResponse, error) {
	key, err := client.Keys().Get(ctx, id)
	if tailscale.IsNotFound(err) {
		return p.ReadResponse{}, nil
	}
	if err != nil {
		return p.ReadResponse{}, fmt.Errorf("Failed to fetch %s: %w", c.name, err)
	}
	// A property that is not in the program shows up once it is not at its default; on import all that is set does.
	isImport := inputs.Len() == 0
	liveInputs := map[string]property.Value{}
	for name, value := range c.live(key) {
		given, isGiven := inputs.GetOk(name)
		isDefault := value.Equals(c.inputs[name])
		if slices.Contains(c.sets, name) && sameSet(value, given) {
			value = given
		}
		if isGiven || !isDefault && (isImport || !c.inputs[name].IsComputed()) {
			liveInputs[name] = value.WithSecret(given.Secret())
		}
	}
	return p.ReadResponse{ID: key.ID, Properties: c.state(state, inputs, key), Inputs: property.NewMap(liveInputs)}, nil
}

func (c credential) remove(ctx context.Context, client *tailscale.Client, id string, _ property.Map) error {
	if err := client.Keys().Delete(ctx, id); err != nil && !tailscale.IsNotFound(err) {
		return fmt.Errorf("Failed to delete %s: %w", c.name, err)
	}
	return nil
}

// state is what the server says. It tells a secret only once, so that one is kept; what came in as a secret stays one.
func (c credential) state(old, inputs property.Map, key *tailscale.Key) property.Map {
	state := map[string]property.Value{
		"createdAt": property.New(key.Created.Format(time.RFC3339)),
		"updatedAt": property.New(key.Updated.Format(time.RFC3339)),
		"userId":    property.New(key.UserID),
	}
	for name, value := range c.live(key) {
		given := inputs.Get(name)
		if slices.Contains(c.sets, name) && sameSet(value, given) {
			value = given
		}
		state[name] = value.WithSecret(given.HasSecrets())
	}
	if slices.Contains(c.computed, "key") {
		if key.Key != "" {
			state["key"] = property.New(key.Key).WithSecret(true)
		} else if secret, ok := old.GetOk("key"); ok {
			state["key"] = secret.WithSecret(true)
		}
	}
	return property.NewMap(state)
}
