// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

const (
	// maxApplicationBody is the receiver's limit of one scrape of an application, in bytes.
	maxApplicationBody = 8 << 20
	// maxFirstLine is how much of a body's first line is shown.
	maxFirstLine = 100
)

// Service is the verdict on one service that is opted in.
type Service struct {
	Name  string `json:"name"`
	State string `json:"state,omitempty"`
	// Listed is set where the account lists it.
	Listed bool `json:"listed"`
	Port   int  `json:"port,omitempty"`
	// Addresses is how many instances DNS has, and Numbered how many of them the account gives a number.
	Addresses int `json:"addresses"`
	Numbered  int `json:"numbered"`
	// Connected is set where the first instance takes connections; Scrape and FirstLine are what it answered.
	Connected bool   `json:"connected"`
	Scrape    string `json:"scrape,omitempty"`
	FirstLine string `json:"first_line,omitempty"`
	Verdict   string `json:"verdict"`
	// Problem says what is wrong, and Fix is the SQL that repairs it, where SQL does.
	Problem string `json:"problem,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

// ExamineServices adds the services that are opted in, by their comments or by names such as
// DB.SCHEMA.SERVICE:8000/metrics, and scrapes one instance of each. An error means that the configuration cannot be
// used.
func (r *Report) ExamineServices(ctx context.Context, c *discovery.SDConfig, named []string) error {
	services := *c
	services.Role, services.PoolSource, services.Services = discovery.RoleServices, "", named
	if err := services.Check(); err != nil {
		return err
	}
	status, err := discovery.RefreshOnce(ctx, &services)
	if err != nil {
		return err
	}
	if status.AccountError != "" {
		if !slices.Contains(r.Problems, status.AccountError) {
			r.addProblem("%s", status.AccountError)
		}
		return nil
	}
	r.Services = make([]Service, len(status.Services))
	var running errgroup.Group
	running.SetLimit(maxScrapes)
	for i, found := range status.Services {
		running.Go(func() error {
			r.Services[i] = diagnoseService(ctx, found, r.Role)
			return nil
		})
	}
	return running.Wait()
}

// diagnoseService returns the verdict on what the discovery found, and on what one instance answers.
func diagnoseService(ctx context.Context, found discovery.ServiceStatus, role string) Service {
	s := Service{
		Name: found.ServiceName.String(), State: found.State, Listed: found.Listed, Port: int(found.Port),
		Addresses: len(found.Targets), Verdict: OK,
	}
	for _, target := range found.Targets {
		if target.Instance != "" {
			s.Numbered++
		}
	}
	switch {
	case found.Reason != "":
		s.Verdict, s.Fix = Broken, fixOf(found, role)
		s.Problem = found.Error
		if role != "" {
			s.Problem = strings.ReplaceAll(s.Problem, discovery.UnknownRole, sqlapi.Identifier(role))
		}
	case found.Resting:
		s.Verdict, s.Problem = Inactive, "it is "+found.State+" and has no instances"
	case len(found.Targets) == 0:
		s.Verdict, s.Problem = Inactive, "it is "+found.State+" and has no instances yet"
	}
	if len(found.Targets) > 0 {
		s.scrape(ctx, found, role)
	}
	return s
}

// fixOf returns the SQL that repairs what the discovery says is wrong.
func fixOf(found discovery.ServiceStatus, role string) string {
	switch found.Reason {
	case "not_listed", "instances":
		return found.GrantSight(role)
	case "dns_nxdomain":
		return found.GrantConnection(role)
	case "endpoint", "annotation":
		return fmt.Sprintf("ALTER SERVICE %s SET COMMENT = '... prometheus.io/scrape=true prometheus.io/port=8000';", found.SQL())
	default:
		return ""
	}
}

// scrape asks the first instance.
func (s *Service) scrape(ctx context.Context, found discovery.ServiceStatus, role string) {
	address := found.Targets[0].Address.String()
	got, err := get(ctx, "http://"+address+found.Path, maxApplicationBody)
	var dialling *net.OpError
	s.Connected = err == nil || !errors.As(err, &dialling) || dialling.Op != "dial"
	if err == nil {
		s.FirstLine = firstLine(got.body)
		s.Scrape, err = got.describe()
	}
	switch {
	case err == nil:
	case !s.Connected:
		s.Verdict, s.Fix = Broken, found.GrantConnection(role)
		s.Problem = fmt.Sprintf("its instance %s takes no connections (%v): it declares no endpoint at port %d, or the "+
			"role %s lacks the service role", address, err, found.Port, role)
	default:
		s.Verdict, s.Problem = Broken, fmt.Sprintf("its instance %s cannot be scraped: %v", address, err)
	}
}

func firstLine(body []byte) string {
	line, _, _ := strings.Cut(string(body[:min(len(body), 4*maxFirstLine)]), "\n")
	runes := []rune(strings.ToValidUTF8(strings.TrimRight(line, "\r"), "?"))
	return string(runes[:min(len(runes), maxFirstLine)])
}

func (r *Report) writeServices(w io.Writer) {
	if r.Services == nil {
		return
	}
	fmt.Fprintln(w)
	if len(r.Services) == 0 {
		fmt.Fprintln(w, "No service is opted in.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SERVICE\tSTATE\tLISTED\tPORT\tADDRESSES\tNUMBERED\tCONNECTED\tFIRST INSTANCE\tVERDICT")
	for _, s := range r.Services {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\n", cell(s.Name), cell(s.State), yes(s.Listed), s.Port,
			s.Addresses, s.Numbered, yes(s.Connected), cell(s.Scrape), s.Verdict)
	}
	_ = table.Flush()
	for _, s := range r.Services {
		if s.FirstLine != "" {
			fmt.Fprintf(w, "\n%s begins with: %s\n", shown.Line(s.Name), shown.Line(s.FirstLine))
		}
		writeProblem(w, s.Name, s.Problem, s.Fix)
	}
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
