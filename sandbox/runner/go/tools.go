//go:build tools

// Package tools pins the runner of workflows that the sandbox builds where none is on PATH.
package tools

import _ "github.com/nektos/act"
