"""What a node hour costs in credits, by instance family.

Source: tables 1(e) to 1(g) of Snowflake's Service Consumption Table, a PDF. All twenty numbers were compared with two
copies of its whole text, effective 31 March and 1 April 2026, which others keep; the PDF at its own address could not
be read. Extracts by others, of the tables effective 13 January, 2 March and 12 May 2026, have the same numbers. Of
later tables (one is cited as effective 2 October 2026) no text was found. The families are those of
https://docs.snowflake.com/en/sql-reference/sql/create-compute-pool.

Families of the generations after it (GEN_X64_G2_2, MEM_X64_G2_8, GPU_L40S_G1_8 and others) are left out: their prices
differ between clouds, which no metric names, and the texts of them disagree. Their cost is unknown, which is not 0.
"""

SOURCE, EFFECTIVE = "https://www.snowflake.com/legal-files/CreditConsumptionTable.pdf", "1 April 2026"

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
