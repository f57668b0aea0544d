/**
 * The sender in Python's standard library (3.6 on). Like the exporter, which is built on requests: the proxy variables
 * count, certifi's certificates where it is installed.
 */
import { lastJson, packed, type Sender } from './ask.ts';

export const python: Sender = {
  by: 'python',
  // -I: no PYTHONPATH, so no tracing of the service's is loaded into this process.
  argv: ['python3', '-I', '-'],
  without: [],
  script: (ask) => SCRIPT.replace('@ASK@', packed(ask)),
  read: lastJson,
};

const SCRIPT = `
import base64, http.client, json, os, socket, ssl, sys, threading, time
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

ask = json.loads(base64.b64decode("@ASK@").decode())
stage = "looking up the name"

def tell(**what):
    sys.stdout.write(json.dumps(what) + "\\n")
    sys.stdout.flush()
    os._exit(0)

def failed(at, says):
    tell(**{"is": "failed", "at": at, "says": str(says)})

def late():
    failed("timeout", "no answer within %d s (%s)" % (ask["ms"] // 1000, stage))

timer = threading.Timer(ask["ms"] / 1000.0, late)
timer.daemon = True
timer.start()

def context():
    ca = ask.get("ca")
    if not ca:
        try:
            import certifi
            ca = certifi.where()
        except Exception:
            ca = None
    made = ssl.create_default_context(cafile=ca)
    if ask["mode"] == "tls":
        made.set_alpn_protocols(["h2"])
    return made

try:
    url = urlsplit(ask["url"])
    host = url.hostname
    secure = url.scheme == "https"
    port = url.port or (443 if secure else 80)
    path = (url.path or "/") + ("?" + url.query if url.query else "")
except ValueError as error:
    failed("url", error)

proxy = None
if ask["proxy"]:
    found = getproxies().get(url.scheme) or getproxies().get("all")
    if found and not proxy_bypass(host):
        proxy = urlsplit(found if "://" in found else "http://" + found)
to = (proxy.hostname, proxy.port or 80) if proxy else (host, port)
limit = ask["ms"] / 1000.0
via = "" if proxy is None else " (through the proxy %s:%s)" % to

try:
    if secure:
        connection = http.client.HTTPSConnection(to[0], to[1], timeout=limit, context=context())
    else:
        connection = http.client.HTTPConnection(to[0], to[1], timeout=limit)
except (OSError, ValueError) as error:
    failed("tls", "the certificates to trust could not be read: %s" % error)
if proxy is not None:
    login = {}
    if proxy.username:
        from urllib.parse import unquote
        pair = unquote(proxy.username) + ":" + unquote(proxy.password or "")
        login["Proxy-Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    if secure:
        connection.set_tunnel(host, port, headers=login)
    else:
        path = "%s://%s:%d%s" % (url.scheme, host, port, path)
        ask["headers"].update(login)
        ask["headers"]["Host"] = "%s:%d" % (host, port)

try:
    stage = "connecting"
    connection.connect()
except socket.gaierror as error:
    failed("dns", "%s: %s%s" % (to[0], error.strerror or error, via))
except ssl.SSLError as error:
    failed("tls", "%s%s" % (error, via))
except socket.timeout as error:
    late()
except OSError as error:
    if "unnel" in str(error):
        failed("http", "the proxy did not let it through: %s%s" % (error, via))
    failed("tls" if secure and isinstance(error, (ConnectionResetError, BrokenPipeError)) else "connect", "%s%s" % (error.strerror or error, via))
except UnicodeError as error:
    failed("dns", "%s is not a name that can be looked up" % to[0])

if ask["mode"] != "http":
    tell(**{"is": "reached"})

try:
    stage = "waiting for the answer"
    connection.request("POST", path, base64.b64decode(ask["body"]), ask["headers"])
    answer = connection.getresponse()
    now = int(time.time() * 1000)
    body = answer.read(4000)
except ValueError:
    failed("header", "a header's value has characters that HTTP does not allow")
except socket.timeout:
    late()
except (OSError, http.client.HTTPException) as error:
    failed("http", "%s: %s" % (type(error).__name__, error))
tell(**{"is": "answered", "status": answer.status, "type": answer.getheader("Content-Type") or "", "date": answer.getheader("Date") or "",
        "now": now, "body": base64.b64encode(body).decode()})
`;
