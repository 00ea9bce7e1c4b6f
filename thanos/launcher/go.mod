module github.com/spcs-user-metrics/spcs-user-metrics/thanos/launcher

go 1.26.0
