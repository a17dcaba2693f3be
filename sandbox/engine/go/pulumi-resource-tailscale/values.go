package main

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func list(values []string) property.Value {
	result := make([]property.Value, len(values))
	for i, value := range values {
		result[i] = property.New(value)
	}
	return property.New(result)
}

func dictionary(values map[string]string) property.Value {
	result := make(map[string]property.Value, len(values))
	for name, value := range values {
		result[name] = property.New(value)
	}
	return property.New(result)
}

func stringOf(value property.Value) string {
	if value.IsString() {
		return value.AsString()
	}
	return ""
}

// stringsOf is never nil: the API wants an empty list, not null.
func stringsOf(value property.Value) []string {
	result := []string{}
	if value.IsArray() {
		for _, element := range value.AsArray().All {
			result = append(result, stringOf(element))
		}
	}
	return result
}

func dictionaryOf(value property.Value) map[string]string {
	result := map[string]string{}
	if value.IsMap() {
		for name, element := range value.AsMap().All {
			result[name] = stringOf(element)
		}
	}
	return result
}

// sameSet compares two lists of strings without regard to order.
func sameSet(a, b property.Value) bool {
	if !a.IsArray() || !b.IsArray() {
		return false
	}
	sorted := func(value property.Value) []string {
		return slices.Compact(slices.Sorted(slices.Values(stringsOf(value))))
	}
	return slices.Equal(sorted(a), sorted(b))
}
