// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import "sync"

// observers holds the functions of Observe. It is global because a receiver that writes its configuration out as YAML
// and reads it back loses every function in it.
var observers sync.Map

// Observe calls f after every refresh of the discovery with this set name, until stop is called. Where the
// configuration reaches the discovery as it is, use SDConfig.WithObserver.
func Observe(setName string, f func(Status)) (stop func()) {
	observers.Store(setName, f)
	return func() { observers.Delete(setName) }
}

// observer returns the function that is to see every status of a discovery.
func observer(c *SDConfig, setName string) func(Status) {
	if c.observe != nil {
		return c.observe
	}
	return func(status Status) {
		if f, found := observers.Load(setName); found {
			f.(func(Status))(status)
		}
	}
}
