// Package workqueue has the names of Kubernetes's client by which Prometheus measures queues.
package workqueue

// GaugeMetric goes up and down.
type GaugeMetric interface {
	Inc()
	Dec()
}

// SettableGaugeMetric is set.
type SettableGaugeMetric interface{ Set(float64) }

// CounterMetric goes up.
type CounterMetric interface{ Inc() }

// HistogramMetric is observed.
type HistogramMetric interface{ Observe(float64) }

// SetProvider forgets who makes the metrics of a queue.
func SetProvider(any) {}
