// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"math"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/storetest"
)

var stale = math.Float64frombits(value.StaleNaN)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newStore(t *testing.T) (*storetest.Store, *Batch) {
	t.Helper()
	s := storetest.New(t)
	return s, NewBatch(s.Write)
}

// families is a metadata store in the form that the scrape loop gives.
type families map[string]scrape.MetricMetadata

func (f families) GetMetadata(name string) (scrape.MetricMetadata, bool) {
	m, ok := f[name]
	return m, ok
}
func (f families) ListMetadata() []scrape.MetricMetadata { return nil }
func (f families) SizeMetadata() int                     { return 0 }
func (f families) LengthMetadata() int                   { return len(f) }

func target(instance string, known families) context.Context {
	ls := labels.FromStrings("job", "spcs-nodes", "instance", instance, model.AddressLabel, instance)
	ctx := scrape.ContextWithTarget(context.Background(), scrape.NewTarget(ls, &config.ScrapeConfig{}, nil, nil))
	return scrape.ContextWithMetricMetadataStore(ctx, known)
}

func add(
	t *testing.T,
	app storage.AppenderV2,
	ref storage.SeriesRef,
	ls labels.Labels,
	at int64,
	v float64,
) storage.SeriesRef {
	t.Helper()
	ref, err := app.Append(ref, ls, 0, at, v, nil, nil, storage.AOptions{})
	require.NoError(t, err)
	require.NotZero(t, ref)
	return ref
}

func named(name string, more ...string) labels.Labels {
	return labels.FromStrings(append([]string{model.MetricNameLabel, name}, more...)...)
}
