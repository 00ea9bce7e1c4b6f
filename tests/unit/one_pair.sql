-- Create the database SPCS_METRICS
CREATE DATABASE IF NOT EXISTS SPCS_METRICS;
-- Create the schema SPCS_METRICS.PUBLIC
CREATE SCHEMA IF NOT EXISTS SPCS_METRICS.PUBLIC;
-- Create the image repository SPCS_METRICS.PUBLIC.IMAGES
CREATE IMAGE REPOSITORY IF NOT EXISTS SPCS_METRICS.PUBLIC.IMAGES;
-- Push the image spcs-oss-otel:1.0
-- Push the image spcs-oss-prometheus:1.0
-- Push the image spcs-oss-grafana:1.0
-- Create the compute pool SPCS_METRICS_POOL: one node of CPU_X64_XS
CREATE COMPUTE POOL IF NOT EXISTS SPCS_METRICS_POOL
  MIN_NODES = 1 MAX_NODES = 1
  INSTANCE_FAMILY = CPU_X64_XS
  AUTO_RESUME = TRUE;
-- Create the service SPCS_METRICS.PUBLIC.SPCS_METRICS
CREATE SERVICE IF NOT EXISTS SPCS_METRICS.PUBLIC.SPCS_METRICS
  IN COMPUTE POOL SPCS_METRICS_POOL
  FROM SPECIFICATION $$
{
  "spec": {
    "containers": [
      {
        "name": "otel",
        "image": "/spcs_metrics/public/images/spcs-oss-otel:1.0",
        "env": {
          "SPCS_COMPUTE_POOLS": "WEB_POOL",
          "SPCS_QUEUE_BYTES": "64000000",
          "GOMEMLIMIT": "409MiB"
        },
        "readinessProbe": {
          "port": 13133,
          "path": "/"
        },
        "livenessProbe": {
          "port": 13133,
          "path": "/",
          "periodSeconds": 30,
          "failureThreshold": 5
        },
        "resources": {
          "requests": {
            "cpu": "0.3",
            "memory": "512Mi"
          },
          "limits": {
            "cpu": "1",
            "memory": "512Mi"
          }
        }
      },
      {
        "name": "prometheus",
        "image": "/spcs_metrics/public/images/spcs-oss-prometheus:1.0",
        "mountSessionToken": false,
        "env": {
          "SPCS_RETENTION_TIME": "15d",
          "SPCS_SERIES": "45000"
        },
        "volumeMounts": [
          {
            "name": "data",
            "mountPath": "/prometheus"
          }
        ],
        "readinessProbe": {
          "port": 9091,
          "path": "/"
        },
        "livenessProbe": {
          "port": 9091,
          "path": "/alive",
          "periodSeconds": 30,
          "failureThreshold": 5
        },
        "resources": {
          "requests": {
            "cpu": "0.3",
            "memory": "2304Mi"
          },
          "limits": {
            "cpu": "1",
            "memory": "2304Mi"
          }
        }
      },
      {
        "name": "grafana",
        "image": "/spcs_metrics/public/images/spcs-oss-grafana:1.0",
        "mountSessionToken": false,
        "env": {
          "GF_SECURITY_ADMIN_USER": "ALICE"
        },
        "readinessProbe": {
          "port": 3000,
          "path": "/api/health"
        },
        "livenessProbe": {
          "port": 3000,
          "path": "/api/health",
          "periodSeconds": 30,
          "failureThreshold": 5
        },
        "resources": {
          "requests": {
            "cpu": "0.2",
            "memory": "512Mi"
          },
          "limits": {
            "cpu": "1",
            "memory": "1024Mi"
          }
        }
      }
    ],
    "endpoints": [
      {
        "name": "grafana",
        "port": 3000,
        "public": true
      }
    ],
    "volumes": [
      {
        "name": "data",
        "source": "block",
        "size": "25Gi"
      }
    ]
  },
  "serviceRoles": [
    {
      "name": "viewer",
      "endpoints": [
        "grafana"
      ]
    }
  ]
}
$$
  EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS)
  MIN_INSTANCES = 1
  MAX_INSTANCES = 1
  COMMENT = 'SPCS user metrics 0.1.0, specification e7e28db8841a';
-- Let the role ANALYST see the boards
GRANT SERVICE ROLE SPCS_METRICS.PUBLIC.SPCS_METRICS!viewer TO ROLE ANALYST;
