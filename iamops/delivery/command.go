package delivery

import (
	"context"
	"time"
)

type command struct {
	format  format
	argv    []string
	timeout time.Duration
}

func (f *command) Name() string                              { return "" }
func (f *command) Spec() string                              { return "" }
func (f *command) Warnings() []string                        { return nil }
func (f *command) Deliver(context.Context, Credential) error { return nil }
func (f *command) PutBack(context.Context, Credential) error { return nil }
func (f *command) Settle(context.Context, Credential) error  { return nil }
