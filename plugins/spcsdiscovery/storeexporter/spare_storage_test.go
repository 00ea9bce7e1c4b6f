// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"errors"
	"io/fs"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// closedDisk is a storage that cannot be opened as long as it has an error.
type closedDisk struct {
	disk
	err atomic.Pointer[error]
	// others have files beside the one that cannot be opened, and can be.
	others bool
}

func (d *closedDisk) GetClient(_ context.Context, _ component.Kind, _ component.ID, name string) (storage.Client, error) {
	if err := d.err.Load(); err != nil && !(d.others && name != "logs") {
		return nil, *err
	}
	return &d.disk, nil
}

type hostWithClosedDisk struct {
	component.Host
	disk *closedDisk
}

func (h hostWithClosedDisk) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.MustNewID("file_storage"): h.disk}
}

func newClosedDisk(err error) (*closedDisk, component.Host) {
	closed := &closedDisk{disk: disk{values: map[string][]byte{}}}
	closed.err.Store(&err)
	return closed, hostWithClosedDisk{componenttest.NewNopHost(), closed}
}

var durable = map[string]any{"sending_queue": map[string]any{"storage": "file_storage"}}

func TestACopyWhoseStorageCannotBeOpenedStartsAndCountsWhatIsLost(t *testing.T) {
	closed, host := newClosedDisk(errors.New("invalid database"))
	s := startOn(t, host, ofCopy(durable), good)
	s.send(t, "a", "b")
	require.EqualValues(t, 20, s.counter(t, "spcs_store_dropped_samples_total"))
	require.Len(t, s.logs.FilterMessageSnippet("The queue of the copy cannot be opened").All(), 1)
	closed.err.Store(nil)
	s.send(t, "c")
	require.EqualValues(t, 30, s.counter(t, "spcs_store_dropped_samples_total"))
	require.Empty(t, closed.values, "what the file had is left as it is")
}

func TestACopyWhoseFileIsTornBeginsAnotherOne(t *testing.T) {
	closed, host := newClosedDisk(errors.New("invalid database"))
	closed.others = true
	s := startOn(t, host, ofCopy(durable), good)
	s.send(t, "a", "b")
	require.Equal(t, []string{"a", "b"}, s.wait(t, 2))
	require.Zero(t, s.counter(t, "spcs_store_dropped_samples_total"))
	require.Len(t, s.logs.FilterMessageSnippet("and a new one begins").All(), 1)
}

func TestACopyTakesSamplesAsSoonAsItsVolumeIsGivenToIt(t *testing.T) {
	closed, host := newClosedDisk(&fs.PathError{Op: "open", Path: "/queue/x", Err: fs.ErrPermission})
	s := startOn(t, host, ofCopy(durable), good)
	s.send(t, "a", "b")
	closed.err.Store(nil)
	s.send(t, "c", "d")
	require.Equal(t, []string{"c", "d"}, s.wait(t, 2))
	require.EqualValues(t, 20, s.counter(t, "spcs_store_dropped_samples_total"))
}

func TestTheOnlyExporterOfAPipelineDoesNotStartWithoutItsStorage(t *testing.T) {
	cfg, err := load(durable)
	require.NoError(t, err)
	s := start(t, nil, good)
	only, err := NewFactory().CreateLogs(context.Background(), s.settings(), cfg)
	require.NoError(t, err)
	_, host := newClosedDisk(errors.New("invalid database"))
	require.ErrorContains(t, only.Start(context.Background(), host), "invalid database")
	require.NoError(t, only.Shutdown(context.Background()))
}
