// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// debugTimeout bounds one request to the page.
const debugTimeout = 5 * time.Second

//go:embed debug.html
var debugHTML string

var debugTemplate = template.Must(template.New("debug").Parse(debugHTML))

// debugPage shows what is known of pools and nodes: HTML at /, JSON at /status.json.
type debugPage struct {
	name    string
	status  atomic.Pointer[discovery.Status]
	scrapes *scrapes
	// applications is nil where they are off.
	applications *applications
}

// view is what the page shows; times are RFC 3339 in UTC, absent before the first.
type view struct {
	Receiver               string     `json:"receiver"`
	LastSuccess            *time.Time `json:"last_success,omitempty"`
	FailedInARow           int        `json:"failed_in_a_row"`
	RefreshDurationSeconds float64    `json:"refresh_duration_seconds"`
	AccountError           string     `json:"account_error,omitempty"`
	Pools                  []poolView `json:"pools"`
	// Applications is absent where they are off.
	Applications *applicationsView `json:"applications,omitempty"`
	// OtherShards names the pools that other shards watch.
	OtherShards []string `json:"pools_of_other_shards,omitempty"`
}

type poolView struct {
	Name           string     `json:"name"`
	State          string     `json:"state,omitempty"`
	InstanceFamily string     `json:"instance_family,omitempty"`
	DNSName        string     `json:"dns_name,omitempty"`
	LastSuccess    *time.Time `json:"last_success,omitempty"`
	Reason         string     `json:"reason,omitempty"`
	Error          string     `json:"error,omitempty"`
	Nodes          []nodeView `json:"nodes"`
}

type nodeView struct {
	Address         string     `json:"address"`
	Up              bool       `json:"up"`
	LastScrape      *time.Time `json:"last_scrape,omitempty"`
	DurationSeconds float64    `json:"duration_seconds"`
	Samples         int        `json:"samples"`
	SamplesLeftOut  int        `json:"samples_left_out"`
	SamplesOwnTimes int        `json:"samples_with_own_timestamps"`
	Reason          string     `json:"reason,omitempty"`
	Error           string     `json:"error,omitempty"`
}

// serve listens until stop is called.
func (p *debugPage) serve(endpoint string) (stop func(), err error) {
	listener, err := net.Listen("tcp", endpoint)
	if err != nil {
		return nil, fmt.Errorf("cannot serve `debug_endpoint` %s: %w", endpoint, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.writeHTML)
	mux.HandleFunc("GET /status.json", p.writeJSON)
	server := &http.Server{Handler: onlyLoopbackNames(mux), ReadTimeout: debugTimeout, WriteTimeout: debugTimeout}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // until stop
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
		<-done
	}, nil
}

func (p *debugPage) writeHTML(w http.ResponseWriter, _ *http.Request) {
	var page strings.Builder
	_ = debugTemplate.Execute(&page, p.view())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	for line := range strings.SplitSeq(page.String(), "\n") {
		_, _ = fmt.Fprintln(w, shown.Line(line))
	}
}

func (p *debugPage) writeJSON(w http.ResponseWriter, _ *http.Request) {
	encoded, _ := json.Marshal(p.view())
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(shown.JSON(encoded), '\n'))
}

// onlyLoopbackNames refuses requests for other hosts: a page elsewhere may have its name point here.
func onlyLoopbackNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopbackName(r.Host) {
			http.Error(w, "This page answers only as localhost: use http://localhost and its port.",
				http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopbackName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.Unmap().IsLoopback()
}

func (p *debugPage) view() view {
	now := view{Receiver: p.name, Pools: []poolView{}, Applications: p.applications.view()}
	status := p.status.Load()
	if status == nil {
		return now
	}
	now.LastSuccess, now.FailedInARow = shownTime(status.LastSuccess), status.FailedInARow
	now.RefreshDurationSeconds, now.AccountError = status.RefreshDuration.Seconds(), status.AccountError
	now.OtherShards = status.OtherShards
	last := p.scrapes.snapshot()
	for _, pool := range status.Pools {
		now.Pools = append(now.Pools, poolView{
			Name: pool.Name, State: pool.State, InstanceFamily: pool.InstanceFamily, DNSName: pool.DNSName,
			LastSuccess: shownTime(
				pool.LastSuccess,
			), Reason: pool.Reason, Error: pool.Error, Nodes: nodeViews(pool.Nodes, last),
		})
	}
	return now
}

func nodeViews(nodes []netip.AddrPort, last map[string]nodeScrape) []nodeView {
	views := make([]nodeView, 0, len(nodes))
	for _, node := range nodes {
		scraped, ok := last[node.String()]
		views = append(views, showNode(node.String(), scraped, ok))
	}
	return views
}

func showNode(address string, scraped nodeScrape, ok bool) nodeView {
	return nodeView{
		Address: address, Up: ok && scraped.reason == "", LastScrape: shownTime(scraped.at),
		DurationSeconds: scraped.took.Seconds(),
		Reason:          cmp.Or(scraped.reason, scraped.odd()), Error: scraped.err,
		Samples: scraped.Published, SamplesLeftOut: scraped.leftOut(),
		SamplesOwnTimes: scraped.OwnTimes,
	}
}

func shownTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC().Truncate(time.Millisecond)
	return &at
}
