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

// answer is what an exporter sent.
type answer struct {
	body []byte
	took time.Duration
}

// scrape gets the metrics of one node, and returns the number of samples and the time in words.
func scrape(ctx context.Context, node string) (string, error) {
	got, err := get(ctx, "http://"+node+"/metrics", maxBody)
	if err != nil {
		return "", err
	}
	return got.describe()
}

// get reads what an exporter publishes. As the receiver does, it is reached directly, never through a proxy, and speaks
// for nobody else by a redirect.
func get(ctx context.Context, url string, limit int64) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	started := time.Now()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	if response.StatusCode/100 == 3 {
		return answer{}, fmt.Errorf("it answers HTTP %d, a redirect, which is not followed", response.StatusCode)
	}
	if response.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("it answers HTTP %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return answer{}, err
	}
	if int64(len(body)) > limit {
		return answer{}, fmt.Errorf("it sends more than %d bytes", limit)
	}
	return answer{body: body, took: time.Since(started)}, nil
}

// describe returns the number of samples and the time in words.
func (a answer) describe() (string, error) {
	samples, err := count(a.body)
	if err != nil {
		return "", fmt.Errorf("its answer is not in the text format of Prometheus: %s", exposition.Explain(err))
	}
	return fmt.Sprintf("%d samples in %s", samples, a.took.Round(time.Millisecond)), nil
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
