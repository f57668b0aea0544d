"""A WSGI callable, and nothing else."""


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/health":
        status, body = "200 OK", b"ok\n"
    elif path == "/noon":
        status, body = "200 OK", b"12:00\n"
    else:
        status, body = "404 Not Found", b"no such time\n"
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
