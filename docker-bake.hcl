# What the images are built from: by docker buildx bake where it is there, by the same Dockerfiles with the classic
# builder where it is not. ./inv build and ./inv release fill the contexts in build/images and set the variables.

variable "PREFIX" {
  # Registry and namespace, with a / at the end: docker.io/example/
  default = ""
}

variable "TAGS" {
  # Separated by commas.
  default = "latest"
}

variable "VERSION" {
  default = "0.1.0"
}

variable "REVISION" {
  default = ""
}

variable "PROMETHEUS_BASE" {
  default = "prom/prometheus:v3.16.0"
}

variable "GRAFANA_BASE" {
  default = "grafana/grafana:13.2.3"
}

variable "SBOM_GENERATOR" {
  # An image that lists what is inside others.
  default = "docker/buildkit-syft-scanner:stable-1"
}

group "default" {
  targets = ["otel", "prometheus", "grafana"]
}

group "release" {
  targets = ["otel-release", "prometheus-release", "grafana-release", "thanos-release"]
}

target "image" {
  # The one platform that Snowpark Container Services runs.
  platforms = ["linux/amd64"]
  labels = {
    "org.opencontainers.image.version"  = VERSION
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.source"   = "https://github.com/spcs-user-metrics/spcs-user-metrics"
  }
}

target "otel" {
  inherits = ["image"]
  context  = "build/images/spcs-oss-otel"
  tags     = [for tag in split(",", TAGS) : "${PREFIX}spcs-oss-otel:${tag}"]
}

target "prometheus" {
  inherits = ["image"]
  context  = "build/images/spcs-oss-prometheus"
  args     = { BASE = PROMETHEUS_BASE }
  tags     = [for tag in split(",", TAGS) : "${PREFIX}spcs-oss-prometheus:${tag}"]
}

target "grafana" {
  inherits = ["image"]
  context  = "build/images/spcs-oss-grafana"
  args     = { BASE = GRAFANA_BASE }
  tags     = [for tag in split(",", TAGS) : "${PREFIX}spcs-oss-grafana:${tag}"]
}

target "thanos" {
  # Not of the default group: where one service is enough, nothing needs it.
  inherits = ["image"]
  context  = "build/images/spcs-oss-thanos"
  tags     = [for tag in split(",", TAGS) : "${PREFIX}spcs-oss-thanos:${tag}"]
}

target "released" {
  platforms = ["linux/amd64", "linux/arm64"]
  # Files get the commit's time, so that the same commit gives the same image.
  output    = ["type=registry,rewrite-timestamp=true"]
  attest    = ["type=provenance,mode=max", "type=sbom,generator=${SBOM_GENERATOR}"]
}

target "otel-release" {
  inherits = ["otel", "released"]
}

target "prometheus-release" {
  inherits = ["prometheus", "released"]
}

target "grafana-release" {
  inherits = ["grafana", "released"]
}

target "thanos-release" {
  inherits = ["thanos", "released"]
}
