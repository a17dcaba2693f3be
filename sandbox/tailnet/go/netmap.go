package main

import (
	"maps"
	"slices"
	"sync"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// netmap is who is there: what the parent says of each node, and what the node says of itself.
type netmap struct {
	domain string
	relay  *tailcfg.DERPMap

	mu       sync.Mutex
	members  map[key.NodePublic]member
	magicDNS bool
	seen     map[key.NodePublic]*sighting
	changed  chan struct{}
	presence func(presence)
}

// sighting is what a node says of itself.
type sighting struct {
	info    *tailcfg.Hostinfo
	request tailcfg.MapRequest
	streams int
}

func newNetmap(domain string, relay *tailcfg.DERPMap, onPresence func(presence)) *netmap {
	return &netmap{
		domain:   domain,
		relay:    relay,
		members:  map[key.NodePublic]member{},
		seen:     map[key.NodePublic]*sighting{},
		changed:  make(chan struct{}),
		presence: onPresence,
	}
}

// set replaces what there is; nodes that wait for news get it.
func (n *netmap) set(s state) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.members = map[key.NodePublic]member{}
	for _, m := range s.Members {
		n.members[m.Key] = m
	}
	n.magicDNS = s.MagicDNS
	maps.DeleteFunc(n.seen, func(k key.NodePublic, s *sighting) bool {
		_, stays := n.members[k]
		return !stays && s.streams == 0
	})
	n.announceLocked()
}

func (n *netmap) announceLocked() {
	close(n.changed)
	n.changed = make(chan struct{})
}

func (n *netmap) find(k key.NodePublic) (member, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m, ok := n.members[k]
	return m, ok
}

func (n *netmap) sightingLocked(k key.NodePublic) *sighting {
	if n.seen[k] == nil {
		n.seen[k] = &sighting{}
	}
	return n.seen[k]
}

func (n *netmap) keepHostinfo(k key.NodePublic, info *tailcfg.Hostinfo) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if info != nil {
		n.sightingLocked(k).info = info
	}
}

// keep takes what a node reports: where it can be reached, and its keys.
func (n *netmap) keep(request tailcfg.MapRequest) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.sightingLocked(request.NodeKey)
	s.request = request
	if request.Hostinfo != nil {
		s.info = request.Hostinfo
	}
	n.announceLocked()
}

// attend counts the node as online until the returned function is called.
func (n *netmap) attend(k key.NodePublic) (leave func()) {
	count := func(by int) {
		n.mu.Lock()
		s := n.sightingLocked(k)
		before := s.streams > 0
		s.streams += by
		after := s.streams > 0
		if before != after {
			n.announceLocked()
		}
		n.mu.Unlock()
		if before != after {
			n.presence(presence{Key: k, Online: after})
		}
	}
	count(1)
	return func() { count(-1) }
}

// view is the netmap of one node, and a channel that closes when there is a newer one.
func (n *netmap) view(k key.NodePublic) (response *tailcfg.MapResponse, changed <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	self, ok := n.members[k]
	if !ok {
		return nil, n.changed
	}
	response = &tailcfg.MapResponse{
		Node:            n.nodeLocked(self),
		DERPMap:         n.relay,
		Domain:          n.domain,
		CollectServices: "false",
		DNSConfig:       &tailcfg.DNSConfig{Proxied: n.magicDNS, Domains: []string{n.domain}},
		PacketFilters:   map[string][]tailcfg.FilterRule{"base": self.Filter},
	}
	response.Node.CapMap = tailcfg.NodeCapMap{
		// Either would look for something outside this machine.
		tailcfg.NodeAttrDisableUPnP:                   nil,
		tailcfg.NodeAttrDisableCaptivePortalDetection: nil,
	}
	users := map[tailcfg.UserID]tailcfg.UserProfile{self.User.ID: self.User}
	for _, m := range n.members {
		if slices.Contains(self.Peers, m.Node.ID) {
			response.Peers = append(response.Peers, n.nodeLocked(m))
			users[m.User.ID] = m.User
		}
	}
	slices.SortFunc(response.Peers, func(a, b *tailcfg.Node) int { return int(a.ID - b.ID) })
	response.UserProfiles = slices.Collect(maps.Values(users))
	return response, n.changed
}

func (n *netmap) nodeLocked(m member) *tailcfg.Node {
	node := m.Node.Clone()
	node.Key, node.Machine, node.User = m.Key, m.Machine, m.User.ID
	node.AllowedIPs = node.Addresses
	s := n.seen[m.Key]
	online := s != nil && s.streams > 0
	node.Online = &online
	if s == nil {
		return node
	}
	node.DiscoKey, node.Endpoints, node.Cap = s.request.DiscoKey, s.request.Endpoints, s.request.Version
	if s.info != nil {
		node.Hostinfo = s.info.View()
		if s.info.NetInfo != nil {
			node.HomeDERP = s.info.NetInfo.PreferredDERP
		}
	}
	return node
}
