package main

import (
	"context"
	"errors"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
)

// failure is an error of the Terraform provider that the official plugin wraps: what could not be done, and why.
type failure struct {
	summary string
	cause   error
}

func (f failure) Error() string { return f.summary + ": " + f.cause.Error() }
func (f failure) Unwrap() error { return f.cause }

// report logs a failure to the engine, in the bridge's order, and returns it: people see both, as with the official plugin.
func report(ctx context.Context, err error) error {
	var failed failure
	if errors.As(err, &failed) {
		p.GetLogger(ctx).Error(fmt.Sprintf("[ERROR] %v: %s", failed.cause, failed.summary))
	}
	return err
}
