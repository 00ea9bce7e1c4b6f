// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"net"
	"net/netip"
)

// addressError is an address in DNS that no node can have.
type addressError struct {
	address netip.Addr
	why     string
}

func (e *addressError) Error() string {
	return fmt.Sprintf("DNS gives the address %s, which is %s: no node can have it", e.address, e.why)
}

// thisNetwork holds 0.0.0.0 and addresses that cannot be reached either.
var thisNetwork = netip.MustParsePrefix("0.0.0.0/8")

// checkAddress refuses addresses that would point a scrape at this machine, or at anything but a single node, such as a
// cloud's metadata service. Loopback is right where the DNS server itself is there: then all of it is a simulation.
func (r *nodeResolver) checkAddress(address netip.Addr) error {
	var why string
	switch {
	case address.IsUnspecified(), thisNetwork.Contains(address):
		why = "unspecified"
	case address.IsLoopback() && !r.simulated:
		why = "loopback, the collector's own machine"
	case address.IsLinkLocalUnicast():
		why = "link-local"
	case address.IsMulticast():
		why = "multicast"
	case address == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		why = "broadcast"
	default:
		return nil
	}
	return &addressError{address, why}
}

// usable returns the addresses that a node can have as nodes at a port, and a target for each of the others.
func (r *nodeResolver) usable(
	name string, port uint16, addresses []netip.Addr,
) (nodes []netip.AddrPort, refused []target) {
	for _, address := range addresses {
		address = address.Unmap().WithZone("")
		if err := r.checkAddress(address); err != nil {
			refused = append(refused, target{name: name + " (" + address.String() + ")", err: err})
			continue
		}
		nodes = append(nodes, netip.AddrPortFrom(address, port))
	}
	return sortUnique(nodes), refused
}

func isLoopback(hostPort string) bool {
	host, _, _ := net.SplitHostPort(hostPort)
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}
