"""Every alert. Each has a page in docs/runbooks and a scenario in the tests: silent before, firing after."""

from monitoring.rules import Alert
from monitoring.rules.application_alerts import APPLICATION_ALERTS
from monitoring.rules.stack_alerts import STACK_ALERTS
from monitoring.rules.workload_alerts import WORKLOAD_ALERTS

ALERTS: dict[str, Alert] = {alert.name: alert for alert in (*WORKLOAD_ALERTS, *APPLICATION_ALERTS, *STACK_ALERTS)}
