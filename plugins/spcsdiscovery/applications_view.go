// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"time"
)

// applicationsView is what the page shows of applications.
type applicationsView struct {
	LastSuccess            *time.Time    `json:"last_success,omitempty"`
	FailedInARow           int           `json:"failed_in_a_row"`
	RefreshDurationSeconds float64       `json:"refresh_duration_seconds"`
	AccountError           string        `json:"account_error,omitempty"`
	Services               []serviceView `json:"services"`
}

type serviceView struct {
	Name        string         `json:"name"`
	State       string         `json:"state,omitempty"`
	ComputePool string         `json:"compute_pool,omitempty"`
	DNSName     string         `json:"dns_name,omitempty"`
	Port        uint16         `json:"port,omitempty"`
	Path        string         `json:"path,omitempty"`
	LastSuccess *time.Time     `json:"last_success,omitempty"`
	Reason      string         `json:"reason,omitempty"`
	Error       string         `json:"error,omitempty"`
	Instances   []instanceView `json:"instances"`
}

type instanceView struct {
	Instance string `json:"instance,omitempty"`
	nodeView
}

// view returns what to show, nil where applications are off.
func (a *applications) view() *applicationsView {
	if a == nil {
		return nil
	}
	now := &applicationsView{Services: []serviceView{}}
	status := a.status.Load()
	if status == nil {
		return now
	}
	now.LastSuccess, now.FailedInARow = shownTime(status.LastSuccess), status.FailedInARow
	now.RefreshDurationSeconds, now.AccountError = status.RefreshDuration.Seconds(), status.AccountError
	last := a.scrapes.snapshot()
	for _, of := range status.Services {
		service := serviceView{
			Name: of.ServiceName.String(), State: of.State, ComputePool: of.Pool, DNSName: of.DNSName, Port: of.Port,
			Path: of.Path, LastSuccess: shownTime(of.LastSuccess), Reason: of.Reason, Error: of.Error,
			Instances: []instanceView{},
		}
		for _, target := range of.Targets {
			scraped, known := last[target.Address.String()]
			service.Instances = append(service.Instances,
				instanceView{target.Instance, showNode(target.Address.String(), scraped, known)})
		}
		now.Services = append(now.Services, service)
	}
	return now
}
