"""What a node hour costs in credits, by instance family.

Source: tables 1(e) to 1(g) of Snowflake's Service Consumption Table, effective 13 January 2026,
https://www.snowflake.com/legal-files/CreditConsumptionTable.pdf
"""

SOURCE, EFFECTIVE = "https://www.snowflake.com/legal-files/CreditConsumptionTable.pdf", "13 January 2026"

CREDITS_PER_NODE_HOUR: dict[str, float] = {
    "CPU_X64_XS": 0.06,
    "CPU_X64_S": 0.11,
    "CPU_X64_M": 0.22,
    "CPU_X64_SL": 0.41,
    "CPU_X64_L": 0.83,
    "HIGHMEM_X64_S": 0.28,
    "HIGHMEM_X64_M": 1.11,
    "HIGHMEM_X64_SL": 2.93,
    "HIGHMEM_X64_L": 4.44,
    "GPU_NV_XS": 0.25,
    "GPU_GCP_NV_L4_1_24G": 0.43,
    "GPU_NV_S": 0.57,
    "GPU_NV_SM": 1.70,
    "GPU_GCP_NV_L4_4_24G": 1.94,
    "GPU_NV_M": 2.68,
    "GPU_NV_2M": 3.50,
    "GPU_NV_3M": 3.55,
    "GPU_GCP_NV_A100_8_40G": 11.68,
    "GPU_NV_SL": 13.50,
    "GPU_NV_L": 14.12,
}
