// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net"
	"net/http"
)

// grafana is where Grafana answers, which is a sibling unless several stores are shown as one.
const grafana = "localhost:3000"

// targetGroup is what Prometheus scrapes, in the form of its HTTP service discovery.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// identity says which label of what the store scrapes by itself is which variable of the environment. Inside a service
// its name is the instance, because equal ones of several services would be taken for one where all their metrics are
// read together, and the account is that of all other series.
var identity = map[string]string{"instance": "SNOWFLAKE_SERVICE_NAME", "snow_account_name": "SNOWFLAKE_ACCOUNT"}

// siblingTargets returns what the store scrapes by itself.
func siblingTargets(prometheus, probes string, env func(string) string) []targetGroup {
	found := []targetGroup{}
	add := func(job, address string) {
		labels := map[string]string{"job": job}
		for label, variable := range identity {
			if value := env(variable); value != "" {
				labels[label] = value
			}
		}
		found = append(found, targetGroup{[]string{address}, labels})
	}
	add("prometheus", local(prometheus))
	add("launcher", local(probes))
	// A shard's boards are drawn by another service.
	if env("SPCS_SHARD_INDEX") == "" {
		add("grafana", grafana)
	}
	return found
}

// local returns an address by the name that every container of a service shares.
func local(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return net.JoinHostPort("localhost", port)
}

func writeTargets(w http.ResponseWriter, groups []targetGroup) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(groups)
}
