from setuptools import setup

setup(name='api', install_requires=['flask', 'opentelemetry-distro[otlp]', 'opentelemetry-instrumentation-flask'])
