package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stunserver"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
)

const loopback = "127.0.0.1"

// startRelay serves DERP and STUN on the loopback interface, and describes them for nodes.
func startRelay(ctx context.Context, logf logger.Logf) (*tailcfg.DERPMap, error) {
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	// httptest brings a certificate; nodes do not check it (InsecureForTests).
	server := httptest.NewUnstartedServer(derpserver.Handler(derpserver.New(key.NewNode(), logf)))
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = logger.StdLogger(logf)
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // no HTTP/2, which cannot be hijacked
	server.StartTLS()

	stun := stunserver.New(ctx)
	if err := stun.Listen(loopback + ":0"); err != nil {
		return nil, err
	}
	go stun.Serve()

	return &tailcfg.DERPMap{
		// Not the regions that Tailscale runs.
		OmitDefaultRegions: true,
		Regions: map[int]*tailcfg.DERPRegion{1: {
			RegionID:   1,
			RegionCode: "loopback",
			Nodes: []*tailcfg.DERPNode{{
				Name:             "1",
				RegionID:         1,
				HostName:         loopback,
				IPv4:             loopback,
				IPv6:             "none",
				STUNPort:         stun.LocalAddr().(*net.UDPAddr).Port,
				STUNTestIP:       loopback,
				DERPPort:         listener.Addr().(*net.TCPAddr).Port,
				InsecureForTests: true,
			}},
		}},
	}, nil
}
