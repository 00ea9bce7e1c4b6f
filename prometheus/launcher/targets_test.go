// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheStoreScrapesItsSiblingsUnderTheNameOfTheService(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"alone": {nil, `[{"targets":["localhost:9092"],"labels":{"job":"prometheus"}},` +
			`{"targets":["localhost:9091"],"labels":{"job":"launcher"}},` +
			`{"targets":["localhost:3000"],"labels":{"job":"grafana"}}]`},
		"a service": {
			map[string]string{"SNOWFLAKE_SERVICE_NAME": "M", "SNOWFLAKE_ACCOUNT": "A"},
			`[{"targets":["localhost:9092"],"labels":{"instance":"M","job":"prometheus","snow_account_name":"A"}},` +
				`{"targets":["localhost:9091"],"labels":{"instance":"M","job":"launcher","snow_account_name":"A"}},` +
				`{"targets":["localhost:3000"],"labels":{"instance":"M","job":"grafana","snow_account_name":"A"}}]`,
		},
		"a shard": {
			map[string]string{"SNOWFLAKE_SERVICE_NAME": "M_0", "SPCS_SHARD_INDEX": "0"},
			`[{"targets":["localhost:9092"],"labels":{"instance":"M_0","job":"prometheus"}},` +
				`{"targets":["localhost:9091"],"labels":{"instance":"M_0","job":"launcher"}}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t)
			s.targets = siblingTargets("127.0.0.1:9092", ":9091", func(name string) string { return test.env[name] })
			answer := s.get("/targets", here)
			if got := strings.TrimSpace(answer.Body.String()); got != test.want {
				t.Errorf("got %s", got)
			}
			if kind := answer.Header().Get("Content-Type"); kind != "application/json" {
				t.Errorf("Prometheus does not read %s", kind)
			}
			if code := s.get("/targets", elsewhere).Code; code != http.StatusNotFound {
				t.Errorf("from elsewhere it answers %d", code)
			}
		})
	}
}
