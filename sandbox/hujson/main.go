// Judges and formats HuJSON with Tailscale's own library. One JSON request per line on standard input, one answer per
// line on standard output, in order:
//
//	{"op": "parse", "text": "..."}   -> {"json": "..."}   standard JSON, comments and trailing commas gone
//	{"op": "format", "text": "..."}  -> {"text": "..."}
//
// Texts are base64, so that also bytes that are no UTF-8 arrive. A refusal is {"error": "..."}.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	"github.com/tailscale/hujson"
)

type request struct {
	Op   string `json:"op"`
	Text []byte `json:"text"`
}

type answer struct {
	JSON  []byte `json:"json,omitempty"`
	Text  []byte `json:"text,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	requests := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriter(os.Stdout)
	answers := json.NewEncoder(out)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		if err := answers.Encode(respond(asked)); err != nil {
			log.Fatal(err)
		}
		if err := out.Flush(); err != nil {
			log.Fatal(err)
		}
	}
}

func respond(asked request) answer {
	value, err := hujson.Parse(asked.Text)
	if err != nil {
		return answer{Error: err.Error()}
	}
	switch asked.Op {
	case "format":
		value.Format()
		return answer{Text: value.Pack()}
	case "parse":
		value.Standardize()
		return answer{JSON: value.Pack()}
	}
	return answer{Error: "no such operation: " + asked.Op}
}
