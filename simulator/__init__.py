"""A simulated Snowflake account: SQL API, DNS zone and node exporters of several compute pools, in one process."""
