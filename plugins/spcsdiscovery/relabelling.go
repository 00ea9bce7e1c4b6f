// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"bytes"
	"fmt"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v3"
)

// readRelabelling turns the rules of a key into Prometheus's own; they are read as YAML, the only form that it knows.
func readRelabelling(key string, rules []map[string]any) ([]*relabel.Config, error) {
	if len(rules) == 0 {
		return nil, nil
	}
	raw, err := yaml.Marshal(rules)
	if err != nil {
		return nil, fmt.Errorf("`%s`: %w", key, err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	var configs []*relabel.Config
	if err := decoder.Decode(&configs); err != nil {
		return nil, fmt.Errorf("`%s`: %s", key, oneSentence.Replace(err.Error()))
	}
	for i, config := range configs {
		if config == nil {
			return nil, fmt.Errorf("`%s`: rule %d is empty", key, i+1)
		}
		if err := config.Validate(model.UTF8Validation); err != nil {
			return nil, fmt.Errorf("`%s`: rule %d: %w", key, i+1, err)
		}
	}
	return configs, nil
}
