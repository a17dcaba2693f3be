package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"tailscale.com/client/tailscale/v2"
)

// getDevice returns the first match, and asks each second until waitFor is over.
func getDevice(ctx context.Context, client *tailscale.Client, arguments property.Map) (property.Map, error) {
	name, byName := arguments.GetOk("name")
	hostname, byHostname := arguments.GetOk("hostname")
	if byName == byHostname {
		return property.Map{}, errors.New("getDevice needs exactly one of name and hostname")
	}
	field, value := "name", stringOf(name)
	if byHostname {
		field, value = "hostname", stringOf(hostname)
	}
	deadline := time.Now()
	waitFor, waits := arguments.GetOk("waitFor")
	if waits {
		duration, err := time.ParseDuration(stringOf(waitFor))
		if err != nil || duration <= time.Second {
			return property.Map{}, fmt.Errorf("waitFor must be a duration greater than 1s, not %q", stringOf(waitFor))
		}
		deadline = deadline.Add(duration)
	}
	for {
		devices, err := client.Devices().List(ctx, tailscale.WithFilter(field, []string{value}))
		if err == nil && len(devices) > 0 {
			found := describe(devices[0])
			if waits {
				found["waitFor"] = waitFor
			}
			return property.NewMap(found), nil
		}
		if err == nil {
			err = fmt.Errorf("could not find device with %s=%q", field, value)
		}
		if time.Now().Add(time.Second).After(deadline) {
			return property.Map{}, failure{"Failed to fetch devices", err}
		}
		select {
		case <-ctx.Done():
			return property.Map{}, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func getDevices(ctx context.Context, client *tailscale.Client, arguments property.Map) (property.Map, error) {
	var options []tailscale.ListDevicesOptions
	if filters := arguments.Get("filters"); filters.IsArray() {
		for _, filter := range filters.AsArray().All {
			if filter.IsMap() {
				fields := filter.AsMap()
				options = append(options, tailscale.WithFilter(stringOf(fields.Get("name")), stringsOf(fields.Get("values"))))
			}
		}
	}
	devices, err := client.Devices().List(ctx, options...)
	if err != nil {
		return property.Map{}, failure{"Failed to fetch devices", err}
	}
	matching := []property.Value{}
	for _, device := range devices {
		if strings.HasPrefix(device.Name, stringOf(arguments.Get("namePrefix"))) {
			matching = append(matching, property.New(describe(device)))
		}
	}
	return arguments.Set("id", property.New(rand.Text())).Set("devices", property.New(matching)), nil
}

func describe(device tailscale.Device) map[string]property.Value {
	lastSeen := ""
	if device.LastSeen != nil {
		lastSeen = device.LastSeen.Format(time.RFC3339)
	}
	return map[string]property.Value{
		"addresses":                 list(device.Addresses),
		"authorized":                property.New(device.Authorized),
		"blocksIncomingConnections": property.New(device.BlocksIncomingConnections),
		"clientVersion":             property.New(device.ClientVersion),
		"created":                   property.New(device.Created.Format(time.RFC3339)),
		"expires":                   property.New(device.Expires.Format(time.RFC3339)),
		"hostname":                  property.New(device.Hostname),
		"id":                        property.New(device.ID),
		"isExternal":                property.New(device.IsExternal),
		"keyExpiryDisabled":         property.New(device.KeyExpiryDisabled),
		"lastSeen":                  property.New(lastSeen),
		"machineKey":                property.New(device.MachineKey),
		"name":                      property.New(device.Name),
		"nodeId":                    property.New(device.NodeID),
		"nodeKey":                   property.New(device.NodeKey),
		"os":                        property.New(device.OS),
		"tags":                      list(device.Tags),
		"tailnetLockError":          property.New(device.TailnetLockError),
		"tailnetLockKey":            property.New(device.TailnetLockKey),
		"updateAvailable":           property.New(device.UpdateAvailable),
		"user":                      property.New(device.User),
	}
}
