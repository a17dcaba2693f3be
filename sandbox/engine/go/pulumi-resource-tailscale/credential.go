package main

import (
	"context"
	"math"
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
	required []string
	// keepsPlan is true where a write leaves the inputs in the state and not the server's answer.
	keepsPlan bool
	// examine is what check does beyond what all credentials have in common.
	examine func(*checker)
	post    func(context.Context, *tailscale.Client, property.Map) (*tailscale.Key, error)
	put     func(context.Context, *tailscale.Client, string, property.Map) (*tailscale.Key, error)
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
	required: []string{"scopes", "issuer", "subject"},
	examine: func(c *checker) {
		c.httpsURL("issuer")
		c.length("audience", 1, math.MaxInt)
		c.claims("customClaimRules")
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
	required: []string{"scopes"},

	keepsPlan: true,
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

func (c credential) check(resource string, inputs property.Map) ([]p.CheckFailure, error) {
	checker := &checker{resource: resource, inputs: inputs}
	if err := checker.sets(c.sets...); err != nil {
		return nil, err
	}
	checker.require(c.required...)
	checker.length("description", 0, 50)
	if c.examine != nil {
		c.examine(checker)
	}
	return checker.failures, nil
}

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

// diff names updatedAt with any change: the plan leaves it to the server.
func (c credential) diff(state, inputs property.Map) []string {
	changes := []string{}
	for name, value := range c.wanted(state, inputs).AllStable {
		old, ok := state.GetOk(name)
		same := ok && value.Equals(old)
		if slices.Contains(c.sets, name) && !value.HasComputed() {
			same = sameSet(value, old)
		}
		if !same {
			changes = append(changes, name)
		}
	}
	if len(changes) > 0 {
		changes = append(changes, "updatedAt")
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
		planned = planned.Set(name, value)
	}
	return planned
}

func (c credential) create(ctx context.Context, client *tailscale.Client, inputs property.Map) (string, property.Map, error) {
	wanted := c.wanted(property.Map{}, inputs)
	key, err := c.post(ctx, client, wanted)
	if err != nil {
		return "", property.Map{}, failure{"Failed to create " + c.name, err}
	}
	return key.ID, c.written(wanted, property.Map{}, key), nil
}

func (c credential) update(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (property.Map, error) {
	wanted := c.wanted(state, inputs)
	key, err := c.put(ctx, client, id, wanted)
	if err != nil {
		return property.Map{}, failure{"Failed to update " + c.name, err}
	}
	return c.written(wanted, state, key), nil
}

// written is the state after a write. That of an OAuth client says what was asked for, that of a federated identity what
// the server answered.
func (c credential) written(wanted, old property.Map, key *tailscale.Key) property.Map {
	state := c.state(wanted, old, key)
	if c.keepsPlan {
		for name, value := range wanted.All {
			state = state.Set(name, value)
		}
	}
	return state
}

func (c credential) read(ctx context.Context, client *tailscale.Client, id string, state, inputs property.Map) (p.ReadResponse, error) {
	key, err := client.Keys().Get(ctx, id)
	if tailscale.IsNotFound(err) {
		return p.ReadResponse{}, nil
	}
	if err != nil {
		return p.ReadResponse{}, failure{"Failed to fetch " + c.name, err}
	}
	live := c.state(state, state, key)
	refreshed := shapedMap(inputs, live)
	if state.Len() == 0 {
		refreshed = c.imported(live)
	}
	return p.ReadResponse{ID: key.ID, Properties: live, Inputs: refreshed}, nil
}

// imported are the inputs that an import finds: the required ones, and others that are not at their default.
func (c credential) imported(live property.Map) property.Map {
	found := map[string]property.Value{}
	for name, fallback := range c.inputs {
		value, ok := live.GetOk(name)
		if ok && (slices.Contains(c.required, name) || !value.Equals(fallback)) {
			found[name] = value
		}
	}
	return property.NewMap(found)
}

func (c credential) remove(ctx context.Context, client *tailscale.Client, id string, _ property.Map) error {
	if err := client.Keys().Delete(ctx, id); err != nil && !tailscale.IsNotFound(err) {
		return failure{"Failed to delete " + c.name, err}
	}
	return nil
}

// state is what the server says. It tells a secret only once, so that the one in the old state is kept. An empty
// description of a federated identity counts as none, unless an empty one is what was there before.
func (c credential) state(before, old property.Map, key *tailscale.Key) property.Map {
	state := property.NewMap(map[string]property.Value{
		"createdAt": property.New(key.Created.Format(time.RFC3339)),
		"updatedAt": property.New(key.Updated.Format(time.RFC3339)),
		"userId":    property.New(key.UserID),
	})
	for name, value := range c.live(key) {
		state = state.Set(name, value)
	}
	description, had := before.GetOk("description")
	if key.Description == "" && !c.keepsPlan && !(had && stringOf(description) == "") {
		state = state.Delete("description")
	}
	if slices.Contains(c.computed, "key") {
		if key.Key != "" {
			state = state.Set("key", property.New(key.Key))
		} else if secret, ok := old.GetOk("key"); ok {
			state = state.Set("key", secret)
		}
	}
	return state
}
