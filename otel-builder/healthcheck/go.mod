module github.com/spcs-user-metrics/spcs-user-metrics/otel-builder/healthcheck

go 1.26.0
