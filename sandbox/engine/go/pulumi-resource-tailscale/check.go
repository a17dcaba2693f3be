package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// checker collects what is wrong with the inputs of one resource, in the words of Terraform's validators and of Pulumi's
// bridge: a failure names its property in the text only.
type checker struct {
	resource string
	inputs   property.Map
	failures []p.CheckFailure
}

func (c *checker) fail(name, reason string) {
	text := fmt.Sprintf("%s. Examine values at '%s.%s'.", reason, c.resource, name)
	c.failures = append(c.failures, p.CheckFailure{Reason: text})
}

// require wants each of the properties. The official plugin's text goes on with the property's description.
func (c *checker) require(names ...string) {
	for _, name := range names {
		if value := c.inputs.Get(name); value.IsNull() {
			reason := fmt.Sprintf("Missing required property '%s'", name)
			c.failures = append(c.failures, p.CheckFailure{Reason: reason})
		}
	}
}

// length wants a string of that many bytes.
func (c *checker) length(name string, least, most int) {
	value := c.inputs.Get(name)
	if !value.IsString() {
		return
	}
	const reason = "Invalid Attribute Value Length. Attribute %s string length must be at %s, got: %d"
	switch size := len(value.AsString()); {
	case size < least:
		c.fail(name, fmt.Sprintf(reason, name, fmt.Sprintf("least %d", least), size))
	case size > most:
		c.fail(name, fmt.Sprintf(reason, name, fmt.Sprintf("most %d", most), size))
	}
}

// sets wants lists of different strings. What is no list is an error, as the bridge cannot encode it.
func (c *checker) sets(names ...string) error {
	for _, name := range names {
		value := c.inputs.Get(name)
		if value.IsNull() || value.HasComputed() {
			continue
		}
		if !value.IsArray() {
			return fmt.Errorf("cannot encode resource inputs to call ValidateResourceConfig: objectEncoder failed on property %q: "+
				"set encoder failed: expected an Array PropertyValue, got a resource.PropertyValue", name)
		}
		members := stringsOf(value)
		for i, member := range members {
			if slices.Contains(members[:i], member) {
				c.fail(name, "Duplicate Set Element. This attribute contains duplicate values of: "+strconv.Quote(member))
			}
		}
	}
	return nil
}

func (c *checker) httpsURL(name string) {
	value := c.inputs.Get(name)
	if !value.IsString() {
		return
	}
	parsed, err := url.ParseRequestURI(value.AsString())
	if err != nil || parsed.Scheme != "https" || parsed.Host == "" {
		c.fail(name, "Invalid URL. Must be a valid https:// URL.")
	}
}

func (c *checker) claims(name string) {
	rules := c.inputs.Get(name)
	if !rules.IsMap() {
		return
	}
	for _, claim := range []string{"sub", "iss", "aud"} {
		if _, ok := rules.AsMap().GetOk(claim); ok {
			c.fail(name, `Reserved claim key. Keys "sub", "iss" and "aud" are reserved and must not appear in custom_claim_rules. `+
				`Use the "subject" and "issuer" fields instead.`)
			return
		}
	}
}

// shaped has the values of live in the shape of old, as the bridge refreshes inputs: lists by position and no longer than
// before, maps with the keys from before.
func shaped(old, live property.Value) property.Value {
	switch {
	case old.IsArray() && live.IsArray():
		before, now := old.AsArray().AsSlice(), live.AsArray().AsSlice()
		result := []property.Value{}
		for i := range min(len(before), len(now)) {
			result = append(result, shaped(before[i], now[i]))
		}
		return property.New(result)
	case old.IsMap() && live.IsMap():
		return property.New(shapedMap(old.AsMap(), live.AsMap()))
	default:
		return live
	}
}

func shapedMap(old, live property.Map) property.Map {
	result := map[string]property.Value{}
	for name, value := range old.All {
		if now, ok := live.GetOk(name); ok {
			result[name] = shaped(value, now)
		}
	}
	return property.NewMap(result)
}
