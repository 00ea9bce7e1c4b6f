module go.opentelemetry.io/contrib/detectors/aws/ecs

go 1.26.0
