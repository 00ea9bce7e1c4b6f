"""A simulated Snowflake account: SQL API, DNS zone and node publishers of several compute pools, in one process."""
