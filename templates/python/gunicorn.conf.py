# A span for each request of a plain WSGI app; gunicorn reads this file by itself. What is sent where is set by OTEL_*
# variables, and the app is started with opentelemetry-instrument. Written by otel-setup.


def post_worker_init(worker):
    try:
        from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
    except ImportError as error:  # the image is older than this file: the app goes on as before
        worker.log.warning("gunicorn.conf.py: requests are not traced: %s", error)
        return
    worker.wsgi = OpenTelemetryMiddleware(worker.wsgi)
