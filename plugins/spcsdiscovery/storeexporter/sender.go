// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/redirects"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/trouble"
)

const (
	scopeName     = "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"
	writtenHeader = "X-Prometheus-Remote-Write-Samples-Written"

	// maxAnswer bounds what is read of the words of the store's answer.
	maxAnswer = 4096
	// maxPatience bounds the pause that a store may ask for: a longer one makes samples late and spares the store a
	// request a minute.
	maxPatience = time.Minute
	// lastChance is how long requests are still sent after the shutdown began.
	lastChance = 5 * time.Second
)

var errNoRequest = errors.New("a record is no Remote Write request: only the receiver `spcs` can feed this exporter")

// sender posts requests and judges the answers. It has one caller at a time.
type sender struct {
	config   *Config
	settings exporter.Settings
	client   *http.Client
	// refusal costs samples, and delay makes them wait.
	refusal, delay *trouble.Trouble

	written, refused metric.Int64Counter
	// name is the exporter's: of several each has its own series.
	name metric.MeasurementOption

	// closed ends every request, some time after the shutdown began.
	closed  context.Context
	cancel  context.CancelFunc
	closing atomic.Bool
	unsent  atomic.Int64
	// unspoken is set once a line says that the endpoint may not speak Remote Write 2.0.
	unspoken bool
}

func newSender(config *Config, set exporter.Settings) (*sender, error) {
	s := &sender{config: config, settings: set, name: nameOf(set)}
	s.refusal = trouble.New(
		set.Logger,
		"The store refuses samples: they are lost",
		"The store takes all samples again",
	)
	s.delay = trouble.New(
		set.Logger,
		"The store does not take samples now: they wait in the queue, and are sent again until it does",
		"The store answers again: what waited was sent",
	)
	s.closed, s.cancel = context.WithCancel(context.Background())
	meter := set.MeterProvider.Meter(scopeName)
	var errs [2]error
	s.written, errs[0] = meter.Int64Counter("spcs_store_written_samples_total",
		metric.WithDescription("Samples that the store has taken"), metric.WithUnit("{sample}"))
	s.refused, errs[1] = meter.Int64Counter("spcs_store_refused_samples_total",
		metric.WithDescription("Samples that the store has refused for good"), metric.WithUnit("{sample}"))
	// Both begin at 0, so that the first refusal is a rise.
	s.count(0, 0)
	return s, errors.Join(errs[:]...)
}

// nameOf returns the exporter's name as the collector's library writes it on the metrics of its queue.
func nameOf(set exporter.Settings) metric.MeasurementOption {
	return metric.WithAttributes(attribute.String("exporter", set.ID.String()))
}

func (s *sender) start(ctx context.Context, host component.Host) (err error) {
	s.client, err = s.config.ToClient(ctx, host.GetExtensions(), s.settings.TelemetrySettings)
	if err != nil {
		return err
	}
	redirects.Return(s.client)
	return nil
}

// close gives what waits in the queue a last chance.
func (s *sender) close() {
	s.closing.Store(true)
	time.AfterFunc(lastChance, s.cancel)
}

// logUnsent says what the end of the collector has cost.
func (s *sender) logUnsent() {
	s.cancel()
	if s.client != nil {
		s.client.CloseIdleConnections()
	}
	count := s.unsent.Load()
	if count == 0 {
		return
	}
	if s.config.Queue.HasValue() && s.config.Queue.Get().StorageID != nil {
		s.settings.Logger.Info("What the store has not taken waits in the durable queue for the next start")
		return
	}
	s.settings.Logger.Error(
		"Samples are lost: the collector ends while the store does not answer, and its queue is in memory",
		zap.Int64("samples", count),
	)
}

func (s *sender) push(ctx context.Context, logs plog.Logs) error {
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				if record.Body().Type() != pcommon.ValueTypeBytes {
					return consumererror.NewPermanent(errNoRequest)
				}
				samples, _ := record.Attributes().Get(SamplesAttribute)
				if err := s.post(ctx, record.Body().Bytes().AsRaw(), samples.Int()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *sender) post(ctx context.Context, request []byte, samples int64) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.closed, cancel)()
	defer func() {
		if err != nil && s.closing.Load() {
			s.unsent.Add(samples)
		}
	}()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.Endpoint, bytes.NewReader(request))
	if err != nil {
		return consumererror.NewPermanent(err)
	}
	post.Header.Set("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request")
	post.Header.Set("Content-Encoding", "snappy")
	post.Header.Set("X-Prometheus-Remote-Write-Version", "2.0.0")
	post.Header.Set("User-Agent", s.settings.BuildInfo.Command+"/"+s.settings.BuildInfo.Version)
	if err := s.config.authorize(post); err != nil {
		return s.wait("credentials", err)
	}
	answer, err := s.client.Do(post)
	if malformed, location := redirects.MalformedHeader(err); malformed {
		return s.wait("malformed", malformedError(location))
	}
	if err != nil {
		return s.wait("no answer", fmt.Errorf("cannot reach the store: %w", withoutURL(err)))
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	}
	if err != nil && answer.StatusCode/100 == 2 {
		return s.wait("no answer", fmt.Errorf("the store's answer broke off: %w", err))
	}
	return s.judge(answer, trouble.Sentence(string(text)), samples)
}

// wait logs once why requests have to be repeated, and returns the error that has them repeated.
func (s *sender) wait(kind string, err error) error {
	if !s.closing.Load() {
		s.delay.Record(kind, 0, zap.String("err", trouble.Sentence(err.Error())))
	}
	return err
}

// withoutURL leaves out the URL of the request, which may hold a password.
func withoutURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// judge returns an error when the request must be repeated, and counts and logs what the store has refused.
func (s *sender) judge(answer *http.Response, text string, samples int64) error {
	code := answer.StatusCode
	if code/100 == 3 {
		return s.wait(strconv.Itoa(code), redirectError(answer))
	}
	if code == http.StatusTooManyRequests || code/100 == 5 || s.config.Copy && mendable(code) {
		err := s.wait(strconv.Itoa(code), fmt.Errorf("the store answered %s: %s", trouble.Sentence(answer.Status), text))
		if pause := retryAfter(answer.Header.Get("Retry-After"), time.Now()); pause > 0 {
			return exporterhelper.NewThrottleRetry(err, pause)
		}
		return err
	}
	s.delay.Ease()
	written, err := strconv.ParseInt(answer.Header.Get(writtenHeader), 10, 64)
	switch {
	case err == nil:
		written = min(max(written, 0), samples)
	case code/100 == 2:
		s.logUnspoken()
		// A store of an older protocol answers so, and has stored nothing. Of a sibling the version is known.
		if !s.config.Copy {
			written = samples
		}
	default:
		written = 0
	}
	s.count(written, samples-written)
	if samples > written {
		s.refusal.Record(
			strconv.Itoa(code),
			samples-written,
			zap.String("status", trouble.Sentence(answer.Status)),
			zap.String("answer", text),
		)
	} else {
		s.refusal.Ease()
	}
	return nil
}

func (s *sender) count(written, refused int64) {
	s.written.Add(context.Background(), written, s.name)
	s.refused.Add(context.Background(), refused, s.name)
}

func (s *sender) logUnspoken() {
	if s.unspoken {
		return
	}
	s.unspoken = true
	s.settings.Logger.Warn(
		"The store does not say what it took: if samples are missing there, check that the endpoint speaks Remote Write 2.0",
		zap.String("endpoint", withoutSecrets(s.config.Endpoint)),
	)
}

// redirectError says where a redirect points. Its samples wait: a wrong endpoint can be mended.
func redirectError(answer *http.Response) error {
	target := "nowhere"
	if location, err := answer.Location(); err == nil {
		target = "to " + trouble.Sentence(withoutSecrets(location.String()))
	}
	return fmt.Errorf("the store answered %s, which points %s and is not followed: set `endpoint` to the store's own "+
		"Remote Write URL", trouble.Sentence(answer.Status), target)
}

func malformedError(location bool) error {
	header := "a malformed header"
	if location {
		header = "a redirect whose Location cannot be read"
	}
	return fmt.Errorf("the store answered with %s: set `endpoint` to the store's own Remote Write URL", header)
}

// withoutSecrets leaves out the parts of a URL that may authenticate.
func withoutSecrets(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: parsed.Path}).String()
}

// retryAfter reads the header of that name: seconds or a date. What is neither asks for nothing.
func retryAfter(header string, now time.Time) time.Duration {
	// A number that is too large is read as the largest one.
	if seconds, err := strconv.ParseUint(header, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxPatience/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxPatience)
	}
	return 0
}
