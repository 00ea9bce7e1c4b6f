"""What two older generations of boards showed, and where it is shown here: (board, panel title)."""

POOL, SERVICE = "spcs-pool", "spcs-service"

Place = tuple[str, str]

# The first example's boards ComputePoolView (CP) and ServiceStatus (SS), then what its successor added (A).
OLDER_PANELS: dict[str, tuple[Place, ...]] = {
    "CP1 Service Distribution": ((POOL, "Services by state"), (POOL, "Containers by state")),
    "CP2 Pending or Terminated Containers": ((POOL, "Why containers wait or ended"),),
    "CP3 Last Terminated Container Status": ((POOL, "Containers by state and reason"),),
    "CP4 Containers in pending State": ((POOL, "Containers by state and reason"), ("spcs-home", "Needs attention")),
    "CP5 Container Usage": ((POOL, "Containers"),),
    "CP6 Node Resources": (("spcs-pool", "Node resources"),),
    "CP7 Node Memory": (("spcs-node", "Node Memory: share in use and requested"),),
    "CP8 Node CPU": (("spcs-node", "Node CPU cores: share in use and requested"),),
    "CP9 Node GPU Memory": (("spcs-node", "GPU memory: used, capacity"),),
    "CP10 Node GPU Utilization": (("spcs-node", "GPU: share of time in use"),),
    "SS1 Running": ((SERVICE, "Containers by state"),),
    "SS2 Pending to Start": ((SERVICE, "Pending containers by reason"),),
    "SS3 Last Finished Reason": ((SERVICE, "Last finished reason"),),
    "SS4 Resources Allocated by Containers": ((SERVICE, "Containers: used, requested, limit"),),
    "SS5 CPU Usage": ((SERVICE, "CPU cores: used, requested, limit"),),
    "SS6 CPU Usage Over Requests/Limits": (
        (SERVICE, "CPU: share of its request"),
        (SERVICE, "CPU: share of its limit"),
    ),
    "SS7 Memory Usage": ((SERVICE, "Memory: used, requested, limit"),),
    "SS8 Memory Usage Over Requests/Limits": (
        (SERVICE, "Memory: share of its request"),
        (SERVICE, "Memory: share of its limit"),
    ),
    "SS9 GPU Utilization": ((SERVICE, "GPU: share of time in use, by container"),),
    "SS10 GPU Memory Utilization": ((SERVICE, "GPU memory, by container"),),
    "A Containers on Compute Pool": ((POOL, "Containers by state and reason"),),
    "A GPU memory used and free of containers": (("spcs-gpu", "Who uses which GPU"),),
    "A Volume Utilization": ((POOL, "Volume: share in use"), (SERVICE, "Volume: share in use")),
    "A Volume Read and Write Throughput": ((POOL, "Volume: throughput"), (SERVICE, "Volume: throughput")),
    "A Egress Packets Received, Sent": (
        (POOL, "Egress: packets a second"),
        (SERVICE, "Egress: packets a second"),
    ),
    "A Egress Denied Packets": (
        (POOL, "Egress: packets denied a second"),
        (SERVICE, "Egress: packets denied a second"),
    ),
    "A Egress Bytes Received, Sent": ((POOL, "Egress: bytes a second"), (SERVICE, "Egress: bytes a second")),
}
