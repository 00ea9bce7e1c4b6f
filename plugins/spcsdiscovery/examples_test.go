// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.yaml.in/yaml/v3"
)

func TestEveryExampleOfTheREADMEIsValid(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "\n## Examples\n")
	section, _, _ = strings.Cut(section, "\n## ")
	section = strings.ReplaceAll(section, "/run/secrets/rsa_key.p8", writeKey(t))
	factories := map[string]receiver.Factory{"spcs": NewFactory(), "prometheus": prometheusreceiver.NewFactory()}
	loaded := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(section, -1) {
		var example struct{ Receivers map[string]map[string]any }
		require.NoError(t, yaml.Unmarshal([]byte(block[1]), &example))
		for name, settings := range example.Receivers {
			factory := factories[name]
			cfg := factory.CreateDefaultConfig()
			require.NoError(t, confmap.NewFromStringMap(settings).Unmarshal(cfg), block[1])
			if checked, ok := cfg.(interface{ Validate() error }); ok {
				require.NoError(t, checked.Validate(), block[1])
			}
			set := receivertest.NewNopSettings(factory.Type())
			set.ID = component.NewID(factory.Type())
			_, err := factory.CreateMetrics(context.Background(), set, cfg, consumertest.NewNop())
			require.NoError(t, err, block[1])
			loaded++
		}
	}
	require.Equal(t, 3, loaded)
}

func writeKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "rsa_key.p8")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
	return file
}
