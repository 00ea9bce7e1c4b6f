// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"cmp"
	"errors"
	"fmt"
)

// Roles say what a discovery finds.
const (
	// RoleNodes finds the nodes of compute pools.
	RoleNodes = "nodes"
	// RoleServices finds the instances of services that publish metrics of their own.
	RoleServices = "services"
)

// DefaultMaxTargets is how many instances are found at most where the configuration does not say.
const DefaultMaxTargets = 200

// ServicesConfig holds the keys of RoleServices.
type ServicesConfig struct {
	// Services names services, such as DB.SCHEMA.SERVICE:8000/metrics, that need no words in their comments.
	Services []string `yaml:"services,omitempty"`
	// MaxTargets bounds the instances that are found: 0 stands for DefaultMaxTargets.
	MaxTargets int `yaml:"max_targets,omitempty"`

	// once is set for a single refresh, which asks about all services.
	once bool
}

func (c *ServicesConfig) maxTargets() int { return cmp.Or(c.MaxTargets, DefaultMaxTargets) }

func (c *SDConfig) checkRole() error {
	switch c.Role {
	case "", RoleNodes:
		if len(c.Services) > 0 || c.MaxTargets != 0 {
			return fmt.Errorf("`services` and `max_targets` are for services: set `role` to %s, or remove them",
				RoleServices)
		}
		return nil
	case RoleServices:
	default:
		return fmt.Errorf("`role` is %q: set %s or %s", c.Role, RoleNodes, RoleServices)
	}
	if c.PoolSource != "" {
		return errors.New("`pool_source` is for nodes: remove it, or set `role` to " + RoleNodes)
	}
	if c.MaxTargets < 0 {
		return fmt.Errorf("`max_targets` is %d: set at least 1", c.MaxTargets)
	}
	_, err := readServiceList(c.Services)
	return err
}

// readServiceList returns what the configuration says of each service that it names.
func readServiceList(listed []string) (map[ServiceName]annotations, error) {
	services := make(map[ServiceName]annotations, len(listed))
	for _, text := range listed {
		name, of, err := parseListedService(text)
		if err != nil {
			return nil, fmt.Errorf("`services`: %w", err)
		}
		if _, twice := services[name]; twice {
			return nil, fmt.Errorf("`services` names %s twice: remove one of both", name)
		}
		services[name] = of
	}
	return services, nil
}
