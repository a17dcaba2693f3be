package main

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/util/zstdframe"
)

// keepAlive is less than the two minutes after which a node gives a silent connection up.
const keepAlive = 50 * time.Second

func (c *control) serveMap(w http.ResponseWriter, r *http.Request) {
	var request tailcfg.MapRequest
	if err := decode(r, &request); err != nil {
		http.Error(w, "bad map request", http.StatusBadRequest)
		return
	}
	if m, ok := c.netmap.find(request.NodeKey); !ok || m.Machine != machineOf(r) {
		http.Error(w, "node not found", http.StatusNotFound)
		return
	}
	stream := mapStream{w: w, compress: request.Compress == "zstd"}
	if !request.Stream {
		if !request.ReadOnly {
			c.netmap.keep(request)
		}
		if request.OmitPeers {
			w.WriteHeader(http.StatusOK)
			return
		}
		if response, _ := c.netmap.view(request.NodeKey); response != nil {
			stream.send(response)
		}
		return
	}
	leave := c.netmap.attend(request.NodeKey)
	defer leave()
	c.follow(r, request, &stream)
}

// follow sends the node its netmap, and again whenever that changes, until the node hangs up or is no member any more.
func (c *control) follow(r *http.Request, request tailcfg.MapRequest, stream *mapStream) {
	var told map[tailcfg.NodeID]bool
	timer := time.NewTicker(keepAlive)
	defer timer.Stop()
	for {
		response, changed := c.netmap.view(request.NodeKey)
		if response == nil {
			return
		}
		current := map[tailcfg.NodeID]bool{}
		for _, peer := range response.Peers {
			current[peer.ID] = true
		}
		if told != nil {
			// An empty list of peers would mean that nothing has changed.
			response.PeersChanged, response.Peers = response.Peers, nil
			for id := range told {
				if !current[id] {
					response.PeersRemoved = append(response.PeersRemoved, id)
				}
			}
		}
		told = current
		if stream.send(response) != nil {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-r.Context().Done():
				return
			case <-changed:
				waiting = false
			case <-timer.C:
				if stream.send(&tailcfg.MapResponse{KeepAlive: true}) != nil {
					return
				}
			}
		}
	}
}

// mapStream writes map responses: each with its length in front, and flushed.
type mapStream struct {
	w        http.ResponseWriter
	compress bool
}

func (s *mapStream) send(response *tailcfg.MapResponse) error {
	message, err := json.Marshal(response)
	if err != nil {
		return err
	}
	if s.compress {
		message = zstdframe.AppendEncode(nil, message, zstdframe.FastestCompression)
	}
	message = append(binary.LittleEndian.AppendUint32(nil, uint32(len(message))), message...)
	if _, err := s.w.Write(message); err != nil {
		return err
	}
	return http.NewResponseController(s.w).Flush()
}
