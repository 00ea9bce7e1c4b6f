module go.opentelemetry.io/contrib/detectors/gcp

go 1.26.0
