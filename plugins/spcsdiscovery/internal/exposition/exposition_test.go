// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package exposition

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/stretchr/testify/require"
)

// parse returns the first error of a body.
func parse(t *testing.T, body, kind string) error {
	t.Helper()
	parser, err := textparse.New([]byte(body), kind, labels.NewSymbolTable(), textparse.ParserOptions{
		FallbackContentType: "text/plain",
	})
	require.NoError(t, err)
	for err == nil {
		_, err = parser.Next()
	}
	return err
}

func TestABodyInAnotherEncodingIsNamed(t *testing.T) {
	for _, kind := range []string{"text/plain", "application/openmetrics-text; version=1.0.0"} {
		for _, body := range []string{
			"\xef\xbb\xbfm 1\n", "\xff\xfem\x00 \x001\x00\n\x00", "\xfe\xff\x00m\x00 \x001\x00\n",
		} {
			require.Contains(t, Explain(parse(t, body, kind)), "byte order mark", "%s %q", kind, body)
		}
		require.NotContains(t, Explain(parse(t, "m{ 1\n", kind)), "UTF")
	}
}

func TestABodyThatEndsEarlyIsNamed(t *testing.T) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = io.WriteString(writer, "m 1\n")
	require.NoError(t, writer.Close())
	reader, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:packed.Len()-6]))
	require.NoError(t, err)
	_, err = io.ReadAll(reader)
	require.True(t, EndedEarly(err))
	require.Contains(t, Explain(err), "its connection or its compressed stream was cut off")
	_, err = gzip.NewReader(bytes.NewReader(nil))
	require.True(t, IsEmptyStream(err))
	require.Equal(t, "the answer is said to be compressed, and is empty", Explain(err))
	lost := &url.Error{Op: "Get", URL: "http://n", Err: io.EOF}
	require.False(t, IsEmptyStream(lost) || EndedEarly(lost))
	require.False(t, IsEmptyStream(fmt.Errorf("read: %w", io.EOF)))
	require.Equal(t, "strange", Explain(errors.New("strange")))
}
