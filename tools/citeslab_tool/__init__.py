"""What stands behind `./citeslab`: set-up, demo, tests, linters, benchmarks.

Standard library only: it runs on the machine's own Python before anything is installed.
"""

VERSION = "19.0.1.0.0"
