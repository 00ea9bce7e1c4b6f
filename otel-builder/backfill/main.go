// Program backfill writes a text in the form of OpenMetrics, whose samples have times, as blocks into a store's folder.
//
// A demo that begins with a history needs this of promtool alone, which has as much again to compile as the store.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/prometheus/common/promslog"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

const (
	// span is what a block covers, in milliseconds.
	span = tsdb.DefaultBlockDuration
	// held is how many samples of a block wait in memory.
	held = 5000
)

// block takes the samples of one span.
type block struct {
	writer   *tsdb.BlockWriter
	appender storage.Appender
	waiting  int
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "backfill: two arguments are needed: the text, and the store's folder")
		os.Exit(1)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "backfill:", err)
		os.Exit(1)
	}
}

func write(file, folder string) (err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	blocks := map[int64]*block{}
	defer func() {
		for _, one := range blocks {
			err = errors.Join(err, one.writer.Close())
		}
	}()
	parser := textparse.NewOpenMetricsParser(text, labels.NewSymbolTable())
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", file, err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		if err := add(blocks, folder, parser); err != nil {
			return err
		}
	}
	for _, one := range blocks {
		if err := one.appender.Commit(); err != nil {
			return err
		}
		if _, err := one.writer.Flush(context.Background()); err != nil {
			return err
		}
	}
	return nil
}

// add puts the sample at which the parser stands into its block.
func add(blocks map[int64]*block, folder string, parser textparse.Parser) error {
	series, at, value := parser.Series()
	if at == nil {
		return fmt.Errorf("%s has no time: write one behind the value", series)
	}
	one := blocks[*at/span]
	if one == nil {
		// A writer takes samples up to half of its span behind the newest; the whole of ours may come in any order.
		writer, err := tsdb.NewBlockWriter(promslog.NewNopLogger(), folder, 2*span)
		if err != nil {
			return err
		}
		one = &block{writer: writer, appender: writer.Appender(context.Background())}
		blocks[*at/span] = one
	}
	var named labels.Labels
	parser.Labels(&named)
	if _, err := one.appender.Append(0, named, *at, value); err != nil {
		return fmt.Errorf("%s at %d: %w", named, *at, err)
	}
	one.waiting++
	if one.waiting == held {
		if err := one.appender.Commit(); err != nil {
			return err
		}
		one.appender, one.waiting = one.writer.Appender(context.Background()), 0
	}
	return nil
}
