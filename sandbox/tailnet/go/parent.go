package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// The parent decides who joins and who may do what; this program asks it and does as told. Both send JSON, one message a
// line, this program on standard output.

// order is a message of the parent.
type order struct {
	Start  *settings `json:"start"`
	Netmap *state    `json:"netmap"`
	Answer *answer   `json:"answer"`
}

// state is what nodes hear of.
type state struct {
	Members []member `json:"members"`
	// MagicDNS resolves the names of devices.
	MagicDNS bool `json:"magicDns"`
}

// settings come first, once.
type settings struct {
	// Tailscale is where the service's API is.
	Tailscale string `json:"tailscale"`
	// Domain is the tailnet's MagicDNS name.
	Domain   string        `json:"domain"`
	Aperture frontSettings `json:"aperture"`
}

// answer is the verdict on a registration. The netmap with the new member has come before it.
type answer struct {
	ID int `json:"id"`
	// Error is what the node is told; empty: it is in.
	Error string `json:"error"`
	// Login asks the node to log in at a web page, since it came without a key.
	Login bool `json:"login"`
}

// member is a node as the parent has it.
type member struct {
	Key     key.NodePublic      `json:"key"`
	Machine key.MachinePublic   `json:"machine"`
	Node    tailcfg.Node        `json:"node"`
	User    tailcfg.UserProfile `json:"user"`
	// Filter holds the rules for what reaches it.
	Filter []tailcfg.FilterRule `json:"filter"`
	// Peers are those that it is told about.
	Peers []tailcfg.NodeID `json:"peers"`
}

// report is a message to the parent.
type report struct {
	Ready    *ready        `json:"ready,omitempty"`
	Register *registration `json:"register,omitempty"`
	Online   *presence     `json:"online,omitempty"`
	Failed   string        `json:"failed,omitempty"`
}

type ready struct {
	ControlURL string `json:"controlUrl"`
	// Directory is removed when this program ends.
	Directory string `json:"directory"`
}

type registration struct {
	ID      int               `json:"id"`
	Key     key.NodePublic    `json:"key"`
	OldKey  key.NodePublic    `json:"oldKey,omitzero"`
	Machine key.MachinePublic `json:"machine"`
	AuthKey string            `json:"authKey"`
	// Hostname is what the node calls itself.
	Hostname string   `json:"hostname"`
	OS       string   `json:"os"`
	Version  string   `json:"version"`
	Tags     []string `json:"tags"`
	// Ephemeral is what the node asks for; its auth key can ask for it, too.
	Ephemeral bool `json:"ephemeral"`
	// Expiry in the past is a logout.
	Expiry time.Time `json:"expiry,omitzero"`
}

type presence struct {
	Key    key.NodePublic `json:"key"`
	Online bool           `json:"online"`
}

// parent is the other end of standard input and output.
type parent struct {
	mu      sync.Mutex
	out     *json.Encoder
	nextID  int
	waiting map[int]chan answer
	// gone ends this program.
	gone func()
}

func newParent(out io.Writer, gone func()) *parent {
	return &parent{out: json.NewEncoder(out), waiting: map[int]chan answer{}, gone: gone}
}

func (p *parent) send(message report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.out.Encode(message); err != nil {
		p.gone()
	}
}

// ask waits for the verdict on a registration.
func (p *parent) ask(request registration, done <-chan struct{}) (answer, error) {
	verdict := make(chan answer, 1)
	p.mu.Lock()
	p.nextID++
	request.ID = p.nextID
	p.waiting[request.ID] = verdict
	p.mu.Unlock()
	p.send(report{Register: &request})
	select {
	case a := <-verdict:
		return a, nil
	case <-done:
		return answer{}, fmt.Errorf("the node has hung up")
	}
}

// read passes the parent's orders on until its end closes, which ends this program.
func (p *parent) read(in io.Reader, start func(settings), update func(state)) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var got order
		if err := json.Unmarshal(line, &got); err != nil {
			return fmt.Errorf("not an order: %w", err)
		}
		switch {
		case got.Start != nil:
			start(*got.Start)
		case got.Netmap != nil:
			update(*got.Netmap)
		case got.Answer != nil:
			p.mu.Lock()
			verdict := p.waiting[got.Answer.ID]
			delete(p.waiting, got.Answer.ID)
			p.mu.Unlock()
			if verdict != nil {
				verdict <- *got.Answer
			}
		}
	}
}
