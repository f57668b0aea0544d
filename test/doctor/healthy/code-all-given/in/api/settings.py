import os

TRACES = f"{os.environ['TRACES_HOST']}/v1/traces"
NAME = "api"
