// Package rest has the names of Kubernetes's client by which Prometheus hears its warnings.
package rest

import "context"

// WarningHandlerWithContext takes a warning of an API server.
type WarningHandlerWithContext interface {
	HandleWarningHeaderWithContext(ctx context.Context, code int, agent, text string)
}

// WarningLogger drops it, because nothing asks a server.
type WarningLogger struct{}

// HandleWarningHeaderWithContext drops it.
func (WarningLogger) HandleWarningHeaderWithContext(context.Context, int, string, string) {}

// SetDefaultWarningHandlerWithContext forgets the handler.
func SetDefaultWarningHandlerWithContext(WarningHandlerWithContext) {}
