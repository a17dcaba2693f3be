package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/net/http2"
	"tailscale.com/control/controlhttp/controlhttpserver"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
)

// control is the server that nodes register with and get their netmap from.
//
// The wire is Tailscale's own code (controlhttpserver, tailcfg). Its testcontrol package would do as well, were there a way
// to refuse a registration in it, or to forget a node: it takes every auth key but one and keeps whoever has joined
// (v1.102.5).
type control struct {
	logf   logger.Logf
	parent *parent
	netmap *netmap
	url    string
	key    key.MachinePrivate
	inner  http.Handler
}

func newControl(url string, parent *parent, netmap *netmap, logf logger.Logf) *control {
	c := &control{logf: logf, parent: parent, netmap: netmap, url: url, key: key.NewMachine()}
	inner := http.NewServeMux()
	inner.HandleFunc("POST /machine/register", c.register)
	inner.HandleFunc("POST /machine/map", c.serveMap)
	inner.HandleFunc("POST /machine/update-health", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	inner.HandleFunc("/", c.refuseUnknown)
	c.inner = inner
	return c
}

// addRoutes adds what nodes ask for before they are who they say.
func (c *control) addRoutes(mux *http.ServeMux) {
	mux.HandleFunc("/key", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(tailcfg.OverTLSPublicKeyResponse{PublicKey: c.key.Public()})
	})
	mux.HandleFunc("/ts2021", c.upgrade)
	mux.HandleFunc("/generate_204", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/", c.refuseUnknown)
}

func (c *control) refuseUnknown(w http.ResponseWriter, r *http.Request) {
	c.logf("control: %s %s is not served", r.Method, r.URL.Path)
	http.Error(w, "The sandbox does not serve "+r.Method+" "+r.URL.Path+".", http.StatusNotImplemented)
}

type machineKey struct{}

// upgrade begins the encrypted connection, which proves the node's machine key.
func (c *control) upgrade(w http.ResponseWriter, r *http.Request) {
	conn, err := controlhttpserver.AcceptHTTP(r.Context(), w, r, c.key, nil)
	if err != nil {
		c.logf("control: %v", err)
		return
	}
	defer conn.Close()
	server := http2.Server{}
	server.ServeConn(conn, &http2.ServeConnOpts{
		Context: context.WithValue(r.Context(), machineKey{}, conn.Peer()),
		Handler: c.inner,
	})
}

func machineOf(r *http.Request) key.MachinePublic {
	return r.Context().Value(machineKey{}).(key.MachinePublic)
}

// The limit is testcontrol's.
func decode(r *http.Request, into any) error {
	return json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(into)
}

func (c *control) register(w http.ResponseWriter, r *http.Request) {
	var request tailcfg.RegisterRequest
	if err := decode(r, &request); err != nil || request.NodeKey.IsZero() {
		http.Error(w, "bad register request", http.StatusBadRequest)
		return
	}
	if request.Followup != "" {
		// Nobody logs in at a web page of the sandbox.
		<-r.Context().Done()
		return
	}
	wanted := registration{
		Key:       request.NodeKey,
		OldKey:    request.OldNodeKey,
		Machine:   machineOf(r),
		Tags:      []string{},
		Ephemeral: request.Ephemeral,
		Expiry:    request.Expiry,
	}
	if request.Auth != nil {
		wanted.AuthKey = request.Auth.AuthKey
	}
	if info := request.Hostinfo; info != nil {
		wanted.Hostname, wanted.OS, wanted.Version = info.Hostname, info.OS, info.IPNVersion
		wanted.Tags = append(wanted.Tags, info.RequestTags...)
	}
	verdict, err := c.parent.ask(wanted, r.Context().Done())
	if err != nil {
		return
	}
	response := tailcfg.RegisterResponse{Error: verdict.Error}
	if verdict.Login {
		response.AuthURL = fmt.Sprintf("%s/a/%s", c.url, request.NodeKey.ShortString())
	}
	if verdict.Error == "" && !verdict.Login {
		c.netmap.keepHostinfo(request.NodeKey, request.Hostinfo)
		if m, ok := c.netmap.find(request.NodeKey); ok {
			response.MachineAuthorized = m.Node.MachineAuthorized
			response.User = tailcfg.User{ID: m.User.ID, DisplayName: m.User.DisplayName}
			response.Login = tailcfg.Login{LoginName: m.User.LoginName, DisplayName: m.User.DisplayName}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(response)
}
