// Package models has the alertmanager's interface by which Prometheus sends alerts, without what validates it.
package models

import "github.com/go-openapi/strfmt"

// LabelSet has labels or annotations by name.
type LabelSet map[string]string

// Alert is what alerts that are sent have in common with others.
type Alert struct {
	GeneratorURL strfmt.URI `json:"generatorURL,omitempty"`
	Labels       LabelSet   `json:"labels"`
}

// PostableAlert is an alert that is sent.
type PostableAlert struct {
	Annotations LabelSet        `json:"annotations,omitempty"`
	EndsAt      strfmt.DateTime `json:"endsAt"`
	StartsAt    strfmt.DateTime `json:"startsAt"`
	Alert
}

// PostableAlerts are sent at once.
type PostableAlerts []*PostableAlert
