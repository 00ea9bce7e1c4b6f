// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
)

// LabelPoolName is the label of a target with the name of its pool, as the account writes it.
const LabelPoolName = poolPrefix + "name"

const (
	metaPrefix       = model.MetaLabelPrefix + "spcs_"
	poolPrefix       = metaPrefix + "compute_pool_"
	labelDNSName     = metaPrefix + "dns_name"
	labelNodeAddress = metaPrefix + "node_address"
)

// poolDomain follows the pool's name in the DNS name of its nodes, oldPoolDomain did in earlier releases.
const (
	poolDomain    = ".cp.spcs.internal"
	oldPoolDomain = ".snowflakecomputing.internal"
)

// pool is one compute pool as it was listed.
type pool struct {
	// name is as the account writes it.
	name string
	// facts are what the account showed of it, by column.
	facts map[string]string
	// endpoint is the DNS name of its nodes where the account gave that.
	endpoint string
	// unusable is why that cannot be looked up: the pool is then known by its endpoint, and the others go on.
	unusable error
	// quoted is set where the account has small letters in the name.
	quoted bool
}

func (p pool) labels() model.LabelSet {
	set := model.LabelSet{LabelPoolName: model.LabelValue(p.name)}
	for column, value := range p.facts {
		set[model.LabelName(poolPrefix+column)] = model.LabelValue(value)
	}
	return set
}

// dnsNames returns the names to ask for the nodes, the one that answered last first.
func (p pool) dnsNames(lastFound string) []string {
	if p.endpoint != "" {
		return []string{p.endpoint}
	}
	names := dnsNames(p.name)
	if lastFound != "" {
		names = append([]string{lastFound}, names...)
	}
	return names
}

// expectsNodes reports whether missing DNS records are a fault: a pool that is suspended has none.
func (p pool) expectsNodes() bool {
	switch p.facts["state"] {
	case "STARTING", "STOPPING", "SUSPENDED":
		return false
	default:
		return true
	}
}

// dnsNames returns the names under which the nodes of a pool may be listed: today's, then the older ones.
func dnsNames(pool string) []string {
	pool = strings.ToLower(pool)
	return []string{
		"discover.monitor." + pool + poolDomain,
		"discover.monitor." + pool + oldPoolDomain,
		"monitor." + pool + oldPoolDomain,
		"metrics." + pool + oldPoolDomain,
	}
}

// checkPoolName refuses names that cannot be a DNS label.
func checkPoolName(pool string) error {
	if pool == "" || len(pool) > 63 {
		return fmt.Errorf("pool name %q must have 1 to 63 characters to be found by DNS", pool)
	}
	for _, r := range pool {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return fmt.Errorf("pool name %q has the character %q, which DNS does not allow: "+
				"create the pool anew with letters, digits and _ only", pool, r)
		}
	}
	return nil
}

// poolOfEndpoint returns the pool's name, in upper case as the account writes it unless it is quoted.
func poolOfEndpoint(name string) (string, error) {
	for _, prefix := range []string{"discover.monitor.", "monitor.", "metrics."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			label, _, _ := strings.Cut(rest, ".")
			if err := checkPoolName(label); err != nil {
				return "", err
			}
			return strings.ToUpper(label), nil
		}
	}
	return "", fmt.Errorf("the endpoint %q has an unknown form, unlike discover.monitor.my_pool%s", name, poolDomain)
}
