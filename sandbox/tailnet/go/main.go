// The tailnet of the sandbox: a control server and a relay on the loopback interface, and the node that Aperture is.
//
// It decides nothing: who may register and what each node may reach is asked of the program that started it (parent.go), which
// ends it by closing its standard input.
package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tailscale.com/envknob"
)

func main() {
	// Nothing is sent to Tailscale's log server, no router is asked for ports: nothing leaves this machine.
	envknob.SetNoLogsNoSupport()
	envknob.Setenv("TS_DISABLE_PORTMAPPER", "true")
	log.SetOutput(os.Stderr)
	log.SetFlags(log.Lmicroseconds)

	directory, err := os.MkdirTemp("", "claude-aperture-tailnet-")
	if err != nil {
		log.Fatal(err)
	}
	end := func(code int) {
		remove(directory)
		os.Exit(code)
	}
	// Ctrl-C is for the parent to understand; it closes standard input, also when it is killed.
	// Without it, a report to a parent that is gone would end this program before it has removed anything.
	signal.Ignore(os.Interrupt, syscall.SIGPIPE)
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		log.Print(<-terminated)
		end(1)
	}()
	p := newParent(os.Stdout, func() { end(1) })
	var n *netmap
	err = p.read(os.Stdin,
		func(s settings) {
			started, err := start(s, p, directory, func() { end(1) })
			if err != nil {
				p.send(report{Failed: err.Error()})
				end(1)
			}
			n = started
		},
		func(s state) { n.set(s) })
	if err != nil {
		log.Print(err)
		end(1)
	}
	end(0)
}

// remove is patient: nodes that end now still write to the folder.
func remove(directory string) {
	for range 50 {
		if os.RemoveAll(directory) == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// start serves the login server, and lets the Aperture node join as soon as the parent answers.
func start(s settings, p *parent, directory string, fail func()) (*netmap, error) {
	ctx := context.Background()
	relay, err := startRelay(ctx, log.Printf)
	if err != nil {
		return nil, err
	}
	service, err := url.Parse(s.Tailscale)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	controlURL := "http://" + listener.Addr().String()
	n := newNetmap(s.Domain, relay, func(change presence) { p.send(report{Online: &change}) })
	mux := http.NewServeMux()
	newControl(controlURL, p, n, log.Printf).addRoutes(mux)
	// The service has its API on the login server, too.
	mux.Handle("/api/v2/", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(service) }})
	go http.Serve(listener, mux)
	go func() {
		if _, err := startFront(ctx, controlURL, directory, s.Aperture, log.Printf); err != nil {
			p.send(report{Failed: err.Error()})
			fail()
		}
		p.send(report{Ready: &ready{ControlURL: controlURL, Directory: directory}})
	}()
	return n, nil
}
