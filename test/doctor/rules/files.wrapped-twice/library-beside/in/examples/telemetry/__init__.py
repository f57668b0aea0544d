from examples.telemetry.setup import start
