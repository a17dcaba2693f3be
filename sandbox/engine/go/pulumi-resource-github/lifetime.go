package main

import (
	"context"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

// endWithEngine ends this process as soon as its engine is gone: one that was killed ends no plugin. The address of the
// engine is the last argument; without one somebody started the plugin by hand.
func endWithEngine(arguments []string) error {
	if len(arguments) < 2 || strings.HasPrefix(arguments[len(arguments)-1], "-") {
		return nil
	}
	address := arguments[len(arguments)-1]
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	if err != nil {
		return err
	}
	go func() {
		for state := connection.GetState(); state != connectivity.TransientFailure; state = connection.GetState() {
			// Also after a while without calls, when the connection is given up.
			connection.Connect()
			connection.WaitForStateChange(context.Background(), state)
		}
		os.Exit(0)
	}()
	return nil
}
