// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"golang.org/x/net/http/httpguts"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// Config configures the exporter. Empty, it is right beside a Prometheus of the same service.
type Config struct {
	// ClientConfig holds the endpoint, a Remote Write 2.0 URL, with its TLS, headers and authentication.
	confighttp.ClientConfig `mapstructure:",squash"`
	// Queue holds what waits for the store: in memory, or durably with a `storage`.
	Queue configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	// Retry says how often a request is repeated when the store does not answer; by default without end.
	Retry configretry.BackOffConfig `mapstructure:"retry_on_failure"`
	// Copy says that another exporter of the pipeline has the same samples: what this one's queue does not take is counted
	// here, and the receiver does not count it as lost.
	Copy bool `mapstructure:"copy"`
	// CredentialsDirectory holds what Snowflake mounts of a secret: the file secret_string, a bearer token, or username
	// and password. It is read for each request, because the account replaces the files.
	CredentialsDirectory string `mapstructure:"credentials_directory"`
}

// Validate returns an error that names the first key in the way.
func (c *Config) Validate() error {
	if u, err := url.Parse(c.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf(
			"`endpoint` is %s: write a Remote Write URL, such as http://localhost:9090/api/v1/write",
			shown.Address(c.Endpoint),
		)
	}
	if _, err := url.ParseRequestURI(c.ProxyURL); err != nil && c.ProxyURL != "" {
		return fmt.Errorf("`proxy_url` is %s: write a URL, such as http://proxy:3128", shown.Address(c.ProxyURL))
	}
	if err := c.checkHeaders(); err != nil {
		return err
	}
	if err := c.checkDurations(); err != nil {
		return err
	}
	if c.Compression != "" {
		return fmt.Errorf("`compression` is %q: requests are compressed already, so remove it", c.Compression)
	}
	if !c.Queue.HasValue() {
		if c.Copy {
			return errors.New("`sending_queue` is off: a copy waits in it for its store, so remove that")
		}
		return nil
	}
	queue := c.Queue.Get()
	if queue.NumConsumers != 1 {
		return fmt.Errorf(
			"`sending_queue::num_consumers` is %d: samples must arrive in order, so set 1",
			queue.NumConsumers,
		)
	}
	if c.Copy && (queue.BlockOnOverflow || queue.WaitForResult) {
		return errors.New("`sending_queue` blocks: a copy must not hold up the pipeline, so remove " +
			"block_on_overflow and wait_for_result")
	}
	if queue.Batch.HasValue() {
		return fmt.Errorf("`sending_queue::batch` is set: each request is a batch already, so remove it")
	}
	return nil
}

// checkHeaders finds what HTTP cannot send; what it says shows nothing of a value, or of what stands for a name.
func (c *Config) checkHeaders() error {
	for name, value := range c.Headers.Iter {
		if !httpguts.ValidHeaderFieldName(name) {
			return errors.New("`headers` has a name that HTTP cannot send: " +
				"write letters, digits and - as name, and the rest as its value")
		}
		if !httpguts.ValidHeaderFieldValue(string(value)) {
			return fmt.Errorf("`headers::%s` has a line break or another control character, which HTTP cannot send: "+
				"write its value as one line", name)
		}
	}
	return nil
}

// checkDurations finds numbers without a unit, which are read as nanoseconds: the store could never answer in time.
func (c *Config) checkDurations() error {
	for _, of := range []struct {
		key   string
		value time.Duration
	}{
		{"timeout", c.Timeout},
		{"retry_on_failure::initial_interval", c.Retry.InitialInterval},
		{"retry_on_failure::max_interval", c.Retry.MaxInterval},
		{"retry_on_failure::max_elapsed_time", c.Retry.MaxElapsedTime},
	} {
		if of.value != 0 && of.value < time.Millisecond {
			return fmt.Errorf("`%s` is %s: set 0s or at least 1ms and write the unit, such as 30s", of.key, of.value)
		}
	}
	return nil
}
