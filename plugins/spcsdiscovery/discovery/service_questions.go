// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

const (
	// maxStatements bounds the statements of a refresh about single services, of each of the two kinds.
	maxStatements = 10
	// maxQuestions is how many of them are under way at once.
	maxQuestions = 4
	// maxPause is how long a statement that fails is not sent again at most.
	maxPause = 10 * time.Minute
	// metricsEndpoint is the endpoint that publishes metrics where the comment names no port.
	metricsEndpoint = "metrics"
)

// backoff spreads the repetitions of a statement that fails. Its zero value is due.
type backoff struct {
	at    time.Time
	pause time.Duration
}

func (b *backoff) fail(first time.Duration) {
	b.pause = min(max(2*b.pause, first), maxPause)
	b.at = time.Now().Add(b.pause)
}

// endpointAnswer is what SHOW ENDPOINTS said of a specification.
type endpointAnswer struct {
	// of is the specification's digest, and asked is set once there was an answer.
	of      string
	asked   bool
	port    uint16
	retry   backoff
	failure failure
}

// instanceAnswer is what SHOW SERVICE INSTANCES said of a set of addresses.
type instanceAnswer struct {
	numbers map[netip.Addr]string
	// of is the set that was asked for. complete is set once each address has a number, and settled once those without
	// one are not waited for.
	of                string
	complete, settled bool
	retry             backoff
	failure           failure
}

// questioner asks the account about single services, as rarely as it can.
type questioner struct {
	account  *sqlapi.Client
	reporter *serviceReporter
	limit    int
	// once is set where no refresh follows in which a difference could end.
	once bool
	// silent is set while the account is unavailable: then single services are not asked about.
	silent bool
	// waiting is set where questions were too many for one refresh.
	waiting bool
	// first is how long a statement that failed is not sent again at least.
	first time.Duration
}

// findPorts gives each service its port, and returns those that have one. A comment without a port makes the account
// be asked for the endpoints, once for each specification.
func (q *questioner) findPorts(ctx context.Context, active []*knownService) (found []*knownService) {
	var asked []*knownService
	for _, k := range active {
		if k.annotations.port != 0 {
			k.port, k.endpoints = k.annotations.port, endpointAnswer{}
			continue
		}
		if digest := k.facts["spec_digest"]; digest != k.endpoints.of {
			k.endpoints = endpointAnswer{of: digest, port: k.endpoints.port}
		}
		if !k.endpoints.asked {
			asked = append(asked, k)
		}
	}
	q.ask(asked, func(k *knownService) *backoff { return &k.endpoints.retry }, func(k *knownService) {
		k.endpoints.read(ctx, q, k)
	})
	for _, k := range active {
		if k.annotations.port == 0 {
			k.port = k.endpoints.port
		}
		if k.port != 0 {
			found = append(found, k)
		} else {
			k.outage, k.failure = outage{}, failure{}
		}
	}
	return found
}

func (e *endpointAnswer) read(ctx context.Context, q *questioner, k *knownService) {
	result, err := q.account.Query(ctx, "SHOW ENDPOINTS IN SERVICE "+k.SQL())
	if err != nil {
		e.failure = newStatementFailure("endpoint", "its endpoints cannot be read, and its comment names no port",
			k.Grant("USAGE", ""), err)
		e.retry.fail(q.first)
		return
	}
	e.asked = true
	for row := range result.Len() {
		name, _ := result.Value(row, "name")
		text, _ := result.Value(row, "port")
		if port, err := parsePort(text); err == nil && strings.EqualFold(name, metricsEndpoint) {
			e.port, e.failure = port, failure{}
			return
		}
	}
	e.port = 0
	e.failure = failure{reason: "endpoint", text: "its comment names no port, and it has no endpoint named " +
		metricsEndpoint + ": write a word such as " + annotationPrefix + "port=8000 into the comment"}
}

// findNumbers asks for the numbers of instances whose addresses have changed.
func (q *questioner) findNumbers(ctx context.Context, active []*knownService) {
	var asked []*knownService
	for _, k := range active {
		set := k.addressSet()
		if set != k.instances.of {
			k.instances.of, k.instances.complete, k.instances.settled = set, false, false
			k.instances.retry = backoff{}
			k.instances.forget(k.addresses)
		}
		if !k.instances.complete && len(k.addresses) > 0 {
			asked = append(asked, k)
		}
	}
	q.ask(asked, func(k *knownService) *backoff { return &k.instances.retry }, func(k *knownService) {
		k.instances.read(ctx, q, k)
	})
	if q.silent {
		for _, k := range asked {
			k.instances.settled = true // their addresses stand in for numbers that nobody can give
		}
	}
}

// addressSet is the same for the same addresses of the same specification.
func (k *knownService) addressSet() string { return fmt.Sprint(k.facts["spec_digest"], k.addresses) }

// forget drops the numbers of addresses that are gone.
func (i *instanceAnswer) forget(addresses []netip.Addr) {
	kept := make(map[netip.Addr]string, len(addresses))
	for _, address := range addresses {
		if number, known := i.numbers[address]; known {
			kept[address] = number
		}
	}
	i.numbers = kept
}

func (i *instanceAnswer) read(ctx context.Context, q *questioner, k *knownService) {
	result, err := q.account.Query(ctx, "SHOW SERVICE INSTANCES IN SERVICE "+k.SQL())
	if err != nil {
		i.failure = newStatementFailure("instances", "the numbers of its instances cannot be read, so its series "+
			"have none", k.Grant("MONITOR", ""), err)
		i.settled = true
		i.retry.fail(q.first)
		return
	}
	i.numbers = readInstances(result)
	for _, address := range k.addresses {
		if _, known := i.numbers[address]; known {
			continue
		}
		// The account and DNS do not change at once, so the first difference is not a fault yet.
		if i.retry.pause > 0 || q.once {
			i.settled = true
			i.failure = failure{reason: "instances", text: fmt.Sprintf(
				"the account shows no instance at %s, which DNS has: its series have no number of an instance", address)}
		}
		i.retry.fail(q.first)
		return
	}
	i.complete, i.settled, i.failure = true, true, failure{}
}

// readInstances returns the number of each address. Two addresses never share a number, or two targets were one.
func readInstances(result *sqlapi.Result) map[netip.Addr]string {
	found := make(map[netip.Addr]string, result.Len())
	taken := make(map[string]struct{}, result.Len())
	for row := range result.Len() {
		number, _ := result.Value(row, "instance_id")
		text, _ := result.Value(row, "ip_address")
		address, err := netip.ParseAddr(strings.TrimSpace(text))
		if _, twice := taken[number]; err != nil || twice || !isNumber(number) {
			continue
		}
		taken[number] = struct{}{}
		found[address.Unmap()] = number
	}
	return found
}

func isNumber(text string) bool {
	return text != "" && len(text) <= 10 && strings.Trim(text, "0123456789") == ""
}

// unanswered is why a statement about the service alone brought nothing.
func (k *knownService) unanswered() failure {
	if k.endpoints.failure.reason != "" {
		return k.endpoints.failure
	}
	return k.instances.failure
}

// report logs which services have statements that bring nothing, and which have none any more.
func (q *questioner) report(services []*knownService) {
	for _, k := range services {
		f := k.unanswered()
		if f.reason != "" {
			q.reporter.countFailure(f.reason)
			if k.questions.recordFailure(f.reason) {
				q.reporter.serviceFailed(k.ServiceName, f, len(k.addresses))
			}
		} else if lasted, ok := k.questions.recordSuccess(); ok {
			q.reporter.serviceRecovered(k.ServiceName, len(k.addresses), lasted)
		}
	}
}

// ask puts the questions that are due, those that wait longest first, and no more than the limit.
func (q *questioner) ask(services []*knownService, retry func(*knownService) *backoff, put func(*knownService)) {
	if q.silent {
		return
	}
	now := time.Now()
	due := slices.DeleteFunc(services, func(k *knownService) bool { return retry(k).at.After(now) })
	slices.SortStableFunc(due, func(a, b *knownService) int {
		return cmp.Compare(retry(a).at.UnixNano(), retry(b).at.UnixNano())
	})
	q.waiting = q.waiting || len(due) > q.limit
	var running errgroup.Group
	running.SetLimit(maxQuestions)
	for _, k := range due[:min(len(due), q.limit)] {
		running.Go(func() error {
			put(k)
			return nil
		})
	}
	_ = running.Wait()
}
