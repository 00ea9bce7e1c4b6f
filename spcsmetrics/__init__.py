"""The code behind the tasks: build, run, test and measure the three images."""
