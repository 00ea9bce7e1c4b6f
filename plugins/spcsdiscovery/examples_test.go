// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	promconfig "github.com/prometheus/prometheus/config"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"
)

func TestEveryExampleOfTheREADMEIsValid(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "\n## Examples\n")
	section, _, _ = strings.Cut(section, "\n## ")
	section = strings.ReplaceAll(section, "/run/secrets/rsa_key.p8", writeKey(t))
	loaded := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(section, -1) {
		var example struct {
			Receivers, Exporters map[string]map[string]any
		}
		require.NoError(t, yaml.Unmarshal([]byte(block[1]), &example))
		for name, settings := range example.Receivers {
			loaded++
			if name == "prometheus" {
				raw, err := yaml.Marshal(settings["config"])
				require.NoError(t, err)
				_, err = promconfig.Load(string(raw), slog.New(slog.DiscardHandler))
				require.NoError(t, err, block[1])
				continue
			}
			requireValid(t, NewFactory().CreateDefaultConfig(), settings)
		}
		for _, settings := range example.Exporters {
			loaded++
			requireValid(t, storeexporter.NewFactory().CreateDefaultConfig(), settings)
		}
	}
	require.Equal(t, 5, loaded)
}

func requireValid(t *testing.T, cfg component.Config, settings map[string]any) {
	t.Helper()
	require.NoError(t, confmap.NewFromStringMap(settings).Unmarshal(cfg))
	require.NoError(t, cfg.(interface{ Validate() error }).Validate(), "%v", settings)
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
