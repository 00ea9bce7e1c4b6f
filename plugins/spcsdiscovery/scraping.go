// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/config"
	promconfig "github.com/prometheus/prometheus/config"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/scrape"
	"go.uber.org/zap/exp/zapslog"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

// minForgetAfter is how long the series of a node are known at least after its last scrape.
const minForgetAfter = 10 * time.Minute

// maxIdle bounds how long a connection is kept, as in Prometheus: a node that is scraped less often gets a new one.
const maxIdle = 5 * time.Minute

// scrape starts Prometheus's discovery and scrape managers; observe sees what each refresh finds. What it returns ends
// them and hands on what is left.
func (r *spcsReceiver) scrape(observe func(discovery.Status)) (stop func(), err error) {
	jobs, err := newScrapeConfigs(r.settings.ID.String(), r.config, observe)
	if err != nil {
		return nil, err
	}
	takers := series.Takers{Note: r.scrapes.note}
	if r.applications != nil {
		jobs = append(jobs, newApplicationScrapeConfig(r.settings.ID.String()+"/applications", r.config, r.applications.observe))
		takers.Note, takers.Judge, takers.NewSeries = r.note, judgeOf, newSeriesOf
	}
	delivery, err := newDelivery(r.settings, r.logs, r.metrics)
	if err != nil {
		return nil, err
	}
	takers.Batch, takers.Consume = delivery.batch, delivery.consume
	taken := series.NewAppendable(max(minForgetAfter, 3*r.config.ScrapeInterval), takers)
	ctx, cancel := context.WithCancel(context.Background())
	logger := slog.New(zapslog.NewHandler(r.settings.Logger.Core()))
	registry := prometheus.NewRegistry()
	libraryLogger := slog.New(futureHandler{Handler: newLibraryHandler(logger.Handler()), see: r.scrapes.noteFuture})
	discoverer, scraper, err := r.newManagers(ctx, logger, libraryLogger, registry, taken)
	if err == nil {
		err = applyJobs(discoverer, scraper, jobs)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	var running sync.WaitGroup
	running.Go(func() { _ = discoverer.Run() })
	running.Go(func() { _ = scraper.Run(discoverer.SyncCh()) })
	delivery.start()
	return func() {
		scraper.Stop()
		cancel()
		running.Wait()
		delivery.stop()
	}, nil
}

func (r *spcsReceiver) newManagers(
	ctx context.Context,
	logger, libraryLogger *slog.Logger,
	registry *prometheus.Registry,
	taken *series.Appendable,
) (*promdiscovery.Manager, *scrape.Manager, error) {
	metrics, err := promdiscovery.CreateAndRegisterSDMetrics(registry)
	if err != nil {
		return nil, nil, err
	}
	discoverer := promdiscovery.NewManager(ctx, logger, registry, metrics)
	options := &scrape.Options{
		PassMetadataInContext: true, DiscoveryReloadOnStartup: true,
		HTTPClientOptions: []config.HTTPClientOption{config.WithIdleConnTimeout(r.idleTimeout())},
	}
	scraper, err := scrape.NewManager(options, libraryLogger, nil, nil, taken, registry)
	return discoverer, scraper, err
}

// idleTimeout returns how long a connection may wait for the next scrape. A node that has left holds its connection so
// long, and one that stays must keep it.
func (r *spcsReceiver) idleTimeout() time.Duration { return min(2*r.config.ScrapeInterval, maxIdle) }

func applyJobs(discoverer *promdiscovery.Manager, scraper *scrape.Manager, jobs []*promconfig.ScrapeConfig) error {
	// Only a configuration that was loaded is accepted.
	loaded, err := promconfig.Load("", slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	discoveries := map[string]promdiscovery.Configs{}
	for _, job := range jobs {
		if err := job.Validate(loaded.GlobalConfig); err != nil {
			return err
		}
		discoveries[job.JobName] = job.ServiceDiscoveryConfigs
	}
	loaded.ScrapeConfigs = jobs
	if err := scraper.ApplyConfig(loaded); err != nil {
		return err
	}
	return discoverer.ApplyConfig(discoveries)
}
