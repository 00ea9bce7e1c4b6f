// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/exposition"
)

const (
	scrapeTimeout = 10 * time.Second
	// maxBody is the receiver's limit of one scrape, in bytes.
	maxBody = 32 << 20
)

// scrape gets the metrics of one node, and returns the number of samples and the time in words.
func scrape(ctx context.Context, node string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+node+"/metrics", nil)
	if err != nil {
		return "", err
	}
	started := time.Now()
	// As the receiver does, nodes are reached directly, never through a proxy, and speak for nobody else by a redirect.
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 == 3 {
		return "", fmt.Errorf("it answers HTTP %d, a redirect, which is not followed", answer.StatusCode)
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("it answers HTTP %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return "", err
	}
	if len(body) > maxBody {
		return "", fmt.Errorf("it sends more than %d bytes", maxBody)
	}
	samples, err := count(body)
	if err != nil {
		return "", fmt.Errorf("its answer is not in the text format of Prometheus: %s", exposition.Explain(err))
	}
	return fmt.Sprintf("%d samples in %s", samples, time.Since(started).Round(time.Millisecond)), nil
}

func count(body []byte) (int, error) {
	parser := textparse.NewPromParser(body, labels.NewSymbolTable(), false)
	samples := 0
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return samples, nil
		}
		if err != nil {
			return samples, err
		}
		if entry == textparse.EntrySeries {
			samples++
		}
	}
}
