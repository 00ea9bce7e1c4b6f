"""The ground: paths, versions, errors, steps, and running other programs."""
