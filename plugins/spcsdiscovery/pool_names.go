// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// checkPoolNames refuses what YAML reads as something else than a name. A null from a variable would stand for every
// pool; only an empty value may.
func checkPoolNames(conf *confmap.Conf) error {
	kind := ""
	switch value := conf.Get("compute_pools").(type) {
	case string, []any:
		return nil
	case nil:
		// A string gets the variable's own text, also where YAML reads a null in it.
		var written struct {
			Text string `mapstructure:"compute_pools"`
		}
		if conf.Unmarshal(&written, confmap.WithIgnoreUnused()) != nil || strings.TrimSpace(written.Text) == "" {
			return nil
		}
		kind = "a null"
	case bool:
		kind = fmt.Sprintf("the truth value %t", value)
	case map[string]any:
		kind = "a mapping"
	default:
		kind = fmt.Sprintf("the number %v", value)
	}
	return fmt.Errorf("`compute_pools` is %s in YAML instead of names: write a list of names in quotes, "+
		`such as ["NULL", "1E3"]`, kind)
}
