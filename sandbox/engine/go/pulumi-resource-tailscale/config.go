package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"tailscale.com/client/tailscale/v2"
)

var secretSettings = []string{"apiKey", "identityToken", "oauthClientSecret"}

// configuration is the provider's, with the client that results from it. An error waits for the first call that needs
// the API only where a setting is not known yet.
type configuration struct {
	api     *tailscale.Client
	unknown string
}

func (c *configuration) client() (*tailscale.Client, error) {
	if c.api == nil {
		return nil, fmt.Errorf("the Tailscale provider's setting %q is not known yet", c.unknown)
	}
	return c.api, nil
}

// settings are the provider's own; "version" and what starts with two underscores is Pulumi's.
var settings = []string{
	"apiKey", "audience", "baseUrl", "identityToken", "identityTokenEnvironmentVariableName", "oauthClientId",
	"oauthClientSecret", "scopes", "tailnet", "userAgent",
}

func checkConfig(_ context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	inputs := req.Inputs.Delete(internalKey)
	failures := []p.CheckFailure{}
	for name := range inputs.AllStable {
		isPulumis := name == "version" || name == "pluginDownloadURL" || strings.HasPrefix(name, "__")
		if !isPulumis && !slices.Contains(settings, name) {
			failures = append(failures, p.CheckFailure{Reason: unknownSetting(name, req.Urn.Name())})
		}
	}
	for _, name := range secretSettings {
		if value, ok := inputs.GetOk(name); ok {
			inputs = inputs.Set(name, value.WithSecret(true))
		}
	}
	if _, ok := inputs.GetOk("userAgent"); !ok {
		inputs = inputs.Set("userAgent", property.New("Pulumi/3.0 (https://www.pulumi.com) pulumi-tailscale/"+version))
	}
	return p.CheckResponse{Inputs: inputs, Failures: failures}, nil
}

// unknownSetting has the words of Pulumi's bridge, for the default provider and for one that a program makes.
func unknownSetting(name, provider string) string {
	if !strings.HasPrefix(provider, "default") {
		return fmt.Sprintf("could not validate provider configuration: Invalid or unknown key. Examine values at '%s.%s'.", provider, name)
	}
	text := fmt.Sprintf("`tailscale:%s` is not a valid configuration key for the tailscale provider.", name)
	similar := []string{}
	for _, setting := range settings {
		if distance(name, setting) <= 2 {
			similar = append(similar, fmt.Sprintf("`tailscale:%s`", setting))
		}
	}
	if len(similar) > 0 {
		text += fmt.Sprintf(" Did you mean %s?", strings.Join(similar, " or "))
	}
	return text + " If the referenced key is not intended for the provider, please choose a different namespace from `tailscale:`."
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// diffConfig never replaces: no setting of the provider stands for another set of resources.
func diffConfig(_ context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	changes := map[string]p.PropertyDiff{}
	for name, value := range req.Inputs.All {
		if old, ok := req.State.GetOk(name); !ok {
			changes[name] = p.PropertyDiff{Kind: p.Add}
		} else if !value.Equals(old) {
			changes[name] = p.PropertyDiff{Kind: p.Update}
		}
	}
	for name := range req.State.All {
		if _, ok := req.Inputs.GetOk(name); !ok && name != "version" && name != internalKey {
			changes[name] = p.PropertyDiff{Kind: p.Delete}
		}
	}
	return p.DiffResponse{HasChanges: len(changes) > 0, DetailedDiff: changes}, nil
}

// set reads the settings, with the environment variables of terraform-provider-tailscale v0.29.2 where one is absent.
func (c *configuration) set(settings property.Map) error {
	c.api, c.unknown = nil, ""
	for name, value := range settings.AllStable {
		if value.HasComputed() {
			c.unknown = name
			return nil
		}
	}
	var problems []error
	get := func(name string, variables ...string) string {
		value, err := setting(settings, name, variables...)
		problems = append(problems, err)
		return value
	}
	getText := func(name, variable, fallback string) string {
		if value := text(settings, name, variable); value != "" {
			return value
		}
		return fallback
	}

	tokenVariables := []string{"TAILSCALE_IDENTITY_TOKEN", "IDENTITY_TOKEN"}
	if variable := text(settings, "identityTokenEnvironmentVariableName"); variable != "" {
		tokenVariables = append(tokenVariables, variable)
	}
	credentials := credentials{
		apiKey:        get("apiKey", "TAILSCALE_API_KEY"),
		clientID:      get("oauthClientId", "TAILSCALE_OAUTH_CLIENT_ID", "OAUTH_CLIENT_ID"),
		clientSecret:  get("oauthClientSecret", "TAILSCALE_OAUTH_CLIENT_SECRET", "OAUTH_CLIENT_SECRET"),
		identityToken: get("identityToken", tokenVariables...),
		audience:      get("audience", "TAILSCALE_AUDIENCE"),
	}
	base, err := url.Parse(getText("baseUrl", "TAILSCALE_BASE_URL", "https://api.tailscale.com"))
	if err != nil {
		problems = append(problems, fmt.Errorf("tailscale:baseUrl is not a URL: %w", err))
	}
	if err := credentials.check(); err != nil {
		problems = append(problems, failure{"Provider credentials error", err})
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}

	c.api = &tailscale.Client{
		BaseURL:   base,
		UserAgent: text(settings, "userAgent"),
		Tailnet:   getText("tailnet", "TAILSCALE_TAILNET", "-"),
	}
	switch {
	case credentials.clientSecret != "":
		c.api.Auth = &tailscale.OAuth{
			ClientID:     credentials.clientID,
			ClientSecret: credentials.clientSecret,
			Scopes:       scopes(settings),
		}
	case credentials.identityToken != "":
		c.api.Auth = &tailscale.IdentityFederation{
			ClientID:    credentials.clientID,
			IDTokenFunc: func() (string, error) { return credentials.identityToken, nil },
		}
	case credentials.audience != "":
		c.api.Auth = &tailscale.IdentityFederation{
			ClientID:    credentials.clientID,
			IDTokenFunc: func() (string, error) { return runtimeToken(credentials.audience) },
		}
	default:
		c.api.APIKey = credentials.apiKey
	}
	return nil
}

// text is a setting, else the first environment variable that is not empty.
func text(settings property.Map, name string, variables ...string) string {
	if value, ok := settings.GetOk(name); ok && value.IsString() {
		return value.AsString()
	}
	for _, variable := range variables {
		if value := os.Getenv(variable); value != "" {
			return value
		}
	}
	return ""
}

// setting is text, or what is in the file that a `file:` value names.
func setting(settings property.Map, name string, variables ...string) (string, error) {
	value := text(settings, name, variables...)
	file, isFile := strings.CutPrefix(value, "file:")
	if !isFile {
		return value, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("tailscale:%s: %w", name, err)
	}
	return strings.TrimSpace(string(content)), nil
}

// scopes are a list, or its JSON: the SDK's Provider class encodes them, stack configuration does not.
func scopes(settings property.Map) []string {
	value := settings.Get("scopes")
	if value.IsString() {
		var list []string
		if json.Unmarshal([]byte(value.AsString()), &list) == nil {
			return list
		}
	}
	return stringsOf(value)
}

type credentials struct{ apiKey, clientID, clientSecret, identityToken, audience string }

// check has the rules and words of terraform-provider-tailscale v0.29.2 (validateProviderCreds).
func (c credentials) check() error {
	usesOAuth := c.clientID != "" || c.clientSecret != "" || c.identityToken != "" || c.audience != ""
	switch {
	case c.apiKey == "" && !usesOAuth:
		return errors.New("tailscale provider credentials are empty - set `api_key` or 'oauth_client_id' and " +
			"one of 'oauth_client_secret', 'identity_token', or 'audience'")
	case c.apiKey != "" && usesOAuth:
		return errors.New("tailscale provider credentials are conflicting - `api_key` conflicts with " +
			"'oauth_client_id', 'oauth_client_secret', 'identity_token', and 'audience'")
	case c.audience != "" && (c.clientSecret != "" || c.identityToken != ""):
		return errors.New("tailscale provider argument 'audience' conflicts with 'oauth_client_secret' and 'identity_token'")
	case c.apiKey == "" && c.clientID == "":
		return errors.New("tailscale provider argument 'oauth_client_id' is empty")
	case c.clientID != "" && c.clientSecret == "" && c.identityToken == "" && c.audience == "":
		return errors.New("one of tailscale provider arguments 'oauth_client_secret', 'identity_token', or 'audience' " +
			"are mandatory with 'oauth_client_id'")
	}
	return nil
}
