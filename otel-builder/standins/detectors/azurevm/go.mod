module go.opentelemetry.io/contrib/detectors/azure/azurevm

go 1.26.0
