package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"tailscale.com/client/local"
	"tailscale.com/tailcfg"
	"tailscale.com/tsnet"
	"tailscale.com/types/logger"
)

// frontSettings say what the Aperture node is called and whom it hands requests to.
type frontSettings struct {
	Hostname string `json:"hostname"`
	AuthKey  string `json:"authKey"`
	// URL of the program that answers.
	URL string `json:"url"`
	// Secret proves to that program that the caller is who the front says.
	Secret string `json:"secret"`
}

const (
	capability   = "tailscale.com/cap/aperture"
	headerPrefix = "X-Tailnet-"
	secretHeader = headerPrefix + "Front"
	callerHeader = headerPrefix + "Caller"
)

// caller is who makes a request, as the node's own Tailscale says.
type caller struct {
	Node         string            `json:"node"`
	Login        string            `json:"login"`
	Tags         []string          `json:"tags"`
	Address      string            `json:"address"`
	Capabilities []json.RawMessage `json:"capabilities"`
}

type callerKey struct{}

// startFront joins the tailnet as Aperture, and serves port 80 there.
func startFront(ctx context.Context, controlURL, directory string, settings frontSettings, logf logger.Logf) (*tsnet.Server, error) {
	target, err := url.Parse(settings.URL)
	if err != nil {
		return nil, err
	}
	node := &tsnet.Server{
		Dir:        directory,
		Hostname:   settings.Hostname,
		ControlURL: controlURL,
		AuthKey:    settings.AuthKey,
		Logf:       logf,
		UserLogf:   logf,
	}
	if _, err := node.Up(ctx); err != nil {
		return nil, fmt.Errorf("the Aperture node does not join: %w", err)
	}
	listener, err := node.Listen("tcp", ":80")
	if err != nil {
		return nil, err
	}
	client, err := node.LocalClient()
	if err != nil {
		return nil, err
	}
	go http.Serve(listener, identify(client, newProxy(target, settings.Secret, logf), logf))
	return node, nil
}

// identify asks for each request who is calling.
func identify(client *local.Client, next http.Handler, logf logger.Logf) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, err := client.WhoIs(r.Context(), r.RemoteAddr)
		if err != nil || found.Node == nil || found.UserProfile == nil {
			logf("front: who is %s: %v", r.RemoteAddr, err)
			http.Error(w, "unknown caller", http.StatusForbidden)
			return
		}
		address, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		who := caller{
			Node:         found.Node.ComputedName,
			Login:        found.UserProfile.LoginName,
			Tags:         append([]string{}, found.Node.Tags...),
			Address:      address,
			Capabilities: []json.RawMessage{},
		}
		for _, value := range found.CapMap[tailcfg.PeerCapability(capability)] {
			who.Capabilities = append(who.Capabilities, json.RawMessage(value))
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

func newProxy(target *url.URL, secret string, logf logger.Logf) http.Handler {
	return &httputil.ReverseProxy{
		FlushInterval: -1,
		ErrorLog:      logger.StdLogger(logf),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			// What the caller says of itself does not count.
			for name := range r.Out.Header {
				if strings.HasPrefix(http.CanonicalHeaderKey(name), headerPrefix) {
					delete(r.Out.Header, name)
				}
			}
			r.Out.Header.Set(secretHeader, secret)
			r.Out.Header.Set(callerHeader, headerJSON(r.In.Context().Value(callerKey{}).(caller)))
		},
	}
}

// headerJSON is JSON in ASCII, as headers must be.
func headerJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	var out strings.Builder
	for _, r := range string(text) {
		switch {
		case r < 0x80:
			out.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		}
	}
	return out.String()
}
