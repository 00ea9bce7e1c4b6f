module go.opentelemetry.io/contrib/detectors/aws/ec2/v2

go 1.26.0
