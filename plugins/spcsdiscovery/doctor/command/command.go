// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Command spcs-doctor reports for each compute pool, and on request for each service that is opted in, whether its
// metrics can be collected, and if not, why. It exits 0 when all are healthy, 1 when one is unhealthy, and 2 when it is
// used wrongly.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/doctor"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

const (
	healthyExit, unhealthyExit, usageExit = 0, 1, 2
	// bound is the time limit of one examination.
	bound = 2 * time.Minute
)

// Main runs the program and ends the process.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, arguments []string, out, errOut io.Writer) int {
	c := discovery.FromEnvironment()
	flags := flag.NewFlagSet("spcs-doctor", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.StringVar(&c.Host, "host", c.Host, "the account's host; SNOWFLAKE_HOST by default")
	flags.IntVar(&c.Port, "port", c.Port, "the account's TCP port")
	flags.StringVar(&c.TokenFile, "token-file", "",
		"file with the account's token; "+discovery.SessionTokenFile+" by default")
	flags.StringVar(&c.TokenType, "token-type", c.TokenType, "OAUTH, PROGRAMMATIC_ACCESS_TOKEN or KEYPAIR_JWT")
	flags.StringVar(&c.PrivateKeyFile, "private-key-file", "",
		"RSA key in PEM that signs tokens, instead of a token file")
	flags.StringVar(&c.User, "user", "", "whose key it is")
	flags.StringVar(&c.CAFile, "ca-file", "", "PEM file of the authorities to trust instead of the system's")
	flags.StringVar(&c.DNSServer, "dns-server", "", "host:port of the DNS server to ask instead of the system's")
	pools := flags.String("pools", "", "names of pools that must be there, separated by commas")
	applications := flags.Bool("applications", false, "examine the services that are opted in, too")
	services := flags.String("services", "",
		"names of services without words in their comments, such as DB.SCHEMA.SERVICE:8000, separated by commas")
	shards := flags.Int("shards", 1, "how many collectors share the pools; more than 1 shows which of them has each pool")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(arguments); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return healthyExit
		}
		return usageExit
	}
	c.UseSessionToken()
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	report, err := doctor.Examine(ctx, &c, split(*pools), *shards)
	if err == nil && *applications {
		err = report.ExamineServices(ctx, &c, split(*services))
	}
	if err != nil {
		fmt.Fprintln(errOut, "spcs-doctor:", shown.Line(err.Error()))
		return usageExit
	}
	if *asJSON {
		report.WriteJSON(out)
	} else {
		report.Write(out)
	}
	if !report.Healthy() {
		return unhealthyExit
	}
	return healthyExit
}

func split(names string) []string {
	return strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
}
