"""Putting the three images into a Snowflake account as one service, and what goes with it."""
