module github.com/spcs-user-metrics/spcs-user-metrics/prometheus/launcher

go 1.26.0
