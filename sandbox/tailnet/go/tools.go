//go:build tools

// Programs that are built from this module beside its own.
package main

import (
	_ "tailscale.com/cmd/tailscale"
	_ "tailscale.com/cmd/tailscaled"
)
