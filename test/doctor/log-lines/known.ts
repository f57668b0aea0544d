/**
 * Log lines, verbatim, and the rule whose page explains each. [measured]: written by the real program, with the mistake
 * made (Python 1.45.1/0.66b1, JS 0.57 and 0.300, Java agent 2.33.1, Go 1.40, Compose 2.40.3). [source]: the words stand
 * in the project's source. [seen]: from public issue threads and journals.
 */
interface Known {
  readonly of: string;
  readonly lines: readonly (readonly [rule: string, line: string])[];
}

const HEADER = 'Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification or a comma separated list of name=value occurrences:';
const POOL = "HTTPConnectionPool(host='localhost', port=4318): Max retries exceeded with url: /v1/traces";

export const known: readonly Known[] = [
  {
    of: 'Honeycomb’s answers',
    lines: [
      // [measured] Go, Node.js, Java; [seen] the Collector over gRPC
      ['export.no-key', "2026/11/21 15:49:32 traces export: failed to send to https://api.honeycomb.io/v1/traces: 401 Unauthorized (body: !missing 'x-honeycomb-team' header)"],
      ['export.no-key', '  data: "\\x12!missing \'x-honeycomb-team\' header",'],
      ['export.no-key', '{"stack":"OTLPExporterError: Unauthorized\\n    at IncomingMessage.<anonymous> (/app/node_modules/@opentelemetry/otlp-exporter-base/build/src/transport/http-transport-utils.js:62:31)\\n    at process.processTicksAndRejections (node:internal/process/task_queues:82:21)","message":"Unauthorized","name":"OTLPExporterError","data":"\\u0012!missing \'x-honeycomb-team\' header","code":"401"}'],
      ['export.no-key', "[otel.javaagent 2026-11-21 15:51:01:127 +0000] [OkHttp https://api.honeycomb.io/...] WARN io.opentelemetry.exporter.otlp.internal.HttpExporter - Failed to export 1 spans. Server responded with HTTP status code 401. Error message: missing 'x-honeycomb-team' header"],
      ['export.no-key', "Permanent error: rpc error: code = Unauthenticated desc = missing 'x-honeycomb-team' header"],
      ['key.unknown', '{"stack":"OTLPExporterError: Unauthorized\\n    at IncomingMessage.emit (node:events:536:35)","message":"Unauthorized","code":"401","name":"OTLPExporterError","data":"{\\"message\\":\\"unknown API key - check your credentials, region, and API URL\\"}"}'],
      ['key.unknown', 'rpc error: code = Unauthenticated desc = unknown API key - check your credentials, region, and API URL'],
      ['key.unknown', 'Exporting failed. Dropping data. {"error": "Permanent error: attempted to use disabled API key"}'],
      ['key.classic-dataset', "  data: `{\"message\":\"missing 'x-honeycomb-dataset' header\"}`,"],
      ['export.not-found', '  data: \'{"error":"invalid OTLP endpoint - should you be sending to /v1/traces?, see API docs https://docs.honeycomb.io/"}\\n\','],
      ['export.throttled', 'Failed to export batch. reason: Request dropped due to rate limiting.'],
      ['export.rejected', 'traces export: failed to send to https://api.honeycomb.io/v1/traces: 400 Bad Request (body: failed to parse OTLP request body)'],
    ],
  },
  {
    of: 'Compose, the runtime and package managers',
    lines: [
      // [measured]
      ['stores.no-key', 'time="2026-11-21T15:50:51Z" level=warning msg="The \\"HONEYCOMB_API_KEY\\" variable is not set. Defaulting to a blank string."'],
      ['stores.no-key', 'WARN[0000] The "HNY_KEY" variable is not set. Defaulting to a blank string.'],
      ['stores.no-key', 'error while interpolating services.api.environment.K: required variable HONEYCOMB_API_KEY is missing a value: set it in .env'],
      ['image.package-missing', 'Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "opentelemetry-instrument": executable file not found in $PATH: unknown'],
      ['image.package-missing', 'sh: 1: opentelemetry-instrument: not found'],
      ['image.package-missing', '/bin/bash: line 1: opentelemetry-instrument: command not found'],
      ['image.package-missing', '/docker-entrypoint.sh: 12: exec: opentelemetry-instrument: not found'],
      ['image.package-missing', 'error: Failed to spawn: `opentelemetry-instrument`'],
      ['files.versions-apart', 'ERROR: Cannot install opentelemetry-distro==0.66b1 and opentelemetry-exporter-otlp-proto-http==1.45.2 because these package versions have conflicting dependencies.'],
      ['files.versions-apart', 'ERROR: No matching distribution found for opentelemetry-instrumentation-flask==0.66b2'],
      ['source.requirements-line', 'ERROR: No matching distribution found for flask-corsopentelemetry-distro'],
      ['source.requirements-line', 'ERROR: Could not find a version that satisfies the requirement flask-corsopentelemetry-api (from versions: none)'],
      // [measured] (languages.md §2.1, §3.1, §3.7)
      ['files.runtime-too-old', 'hint: … includes Python versions that are not supported by your dependencies (e.g., opentelemetry-distro==0.66b1 only supports >=3.10)'],
      ['files.runtime-too-old', 'error @opentelemetry/sdk-node@0.300.0: The engine "node" is incompatible with this module. Expected version ">=22.15.0". Got "20.20.2"'],
      ['files.not-in-lock', 'npm error Missing: @opentelemetry/api@1.10.0 from lock file'],
      ['files.not-in-lock', ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with <ROOT>/package.json'],
      ['files.not-in-lock', 'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.'],
      ['files.not-in-lock', 'error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.'],
      ['files.not-in-lock', 'pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.'],
      // [seen]
      ['files.runtime-too-old', 'go: go.mod requires go >= 1.25.0 (running go 1.22.5; GOTOOLCHAIN=local)'],
      ['files.not-in-lock', "The gemspecs for path gems changed, but the lockfile can't be updated because frozen mode is set"],
      ['files.collector-config', 'dependency failed to start: container app-otel-collector-1 is unhealthy'],
    ],
  },
  {
    of: 'Python',
    lines: [
      // [measured]
      ['export.unauthorized', 'Failed to export spans batch code: 401, reason: Unauthorized'],
      ['export.not-found', 'Failed to export spans batch code: 404, reason: Not Found'],
      ['export.rejected', 'Failed to export spans batch code: 400, reason: Bad Request'],
      ['export.throttled', 'Transient error Too Many Requests encountered while exporting spans batch, retrying in 0.99s.'],
      ['export.unavailable', 'Transient error Service Unavailable encountered while exporting spans batch, retrying in 1.17s.'],
      ['export.logged', 'Failed to export spans batch due to timeout, max retries or shutdown.'],
      ['files.endpoint-localhost', `Transient error ${POOL} (Caused by NewConnectionError("HTTPConnection(host='localhost', port=4318): Failed to establish a new connection: [Errno 111] Connection refused")) encountered while exporting spans batch, retrying in 1.03s.`],
      ['files.endpoint-unresolvable', "Transient error HTTPConnectionPool(host='otel-collector', port=4318): Max retries exceeded with url: /v1/traces (Caused by NameResolutionError(\"HTTPConnection(host='otel-collector', port=4318): Failed to resolve 'otel-collector' ([Errno -2] Name or service not known)\")) encountered while exporting spans batch, retrying in 1.05s."],
      ['files.endpoint-tls', "Transient error HTTPSConnectionPool(host='collector', port=4318): Max retries exceeded with url: /v1/traces (Caused by SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)'))) encountered while exporting spans batch, retrying in 1.13s."],
      ['files.endpoint-quoted', "Failed to export spans batch code: None, reason: No connection adapters were found for '\"http://127.0.0.1:48181\"/v1/traces'"],
      ['files.endpoint-scheme', "Failed to export spans batch code: None, reason: Invalid URL 'api.honeycomb.io/v1/traces': No scheme supplied. Perhaps you meant https://api.honeycomb.io/v1/traces?"],
      ['files.endpoint-scheme', "requests.exceptions.MissingSchema: Invalid URL 'api.honeycomb.io/v1/traces': No scheme supplied. Perhaps you meant https://api.honeycomb.io/v1/traces?"],
      ['files.endpoint-scheme', "requests.exceptions.InvalidSchema: No connection adapters were found for 'localhost:4318/v1/traces'"],
      ['files.header-colon', `${HEADER} x-honeycomb-team:abc`],
      ['files.header-quoted', `${HEADER} "x-honeycomb-team=abc"`],
      ['files.header-name', `${HEADER} abcdefgh`],
      ['files.protocol-unknown', "RuntimeError: Unsupported OTLP protocol 'http/json' is configured"],
      ['files.protocol-exporter', "RuntimeError: Requested component 'otlp_proto_grpc' not found in entry point 'opentelemetry_traces_exporter'"],
      ['files.exporter-none', "RuntimeError: Requested component 'jaeger' not found in entry point 'opentelemetry_traces_exporter'"],
      ['export.sdk-failed', "RuntimeError: Requested component 'mine' not found in entry point 'opentelemetry_id_generator'"],
      ['export.sdk-failed', 'Failed to auto initialize OpenTelemetry'],
      ['export.sdk-failed', 'Error in sitecustomize; set PYTHONVERBOSE for traceback:'],
      ['files.propagator', 'ValueError: Propagator xray not found. It is either misspelled or not installed.'],
      ['files.sampler-off', "Couldn't recognize sampler alwayson."],
      ['files.sampler-off', "Using default sampler. Failed to initialize sampler, alwayson: Requested component 'alwayson' not found in entry point 'opentelemetry_traces_sampler'"],
      ['files.config-file', 'RuntimeError: OTEL_CONFIG_FILE is set but opentelemetry-configuration is not installed. Install it with: pip install opentelemetry-configuration'],
      ['files.endpoint-localhost', 'Transient error StatusCode.UNAVAILABLE encountered while exporting traces to localhost:4317, retrying in 1.10s. Error details: failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:4317: Failed to connect to remote host: Connection refused'],
      ['files.protocol-port', 'Failed to export traces to collector:4318, error code: StatusCode.UNAVAILABLE, error details: failed to connect to all addresses; last error: UNAVAILABLE: ipv4:172.20.0.3:4318: Failed parsing HTTP/2 (Expected SETTINGS frame as the first frame, got frame type 79)'],
      ['files.wrapper-misplaced', 'TypeError: execv: path should be string, bytes or os.PathLike, not NoneType'],
      ['files.two-tracers', 'Overriding of current TracerProvider is not allowed'],
      ['files.wrapped-twice', 'Attempting to instrument Flask app while already instrumented'],
      ['image.package-missing', "ModuleNotFoundError: No module named 'opentelemetry.instrumentation.django'"],
      ['source.wrong-name', "ImportError: cannot import name 'OTLPSpanExporter' from 'opentelemetry.exporter.otlp.proto.http' (/usr/local/lib/python3.11/site-packages/opentelemetry/exporter/otlp/proto/http/__init__.py)"],
      // [measured] (languages.md, real-workspaces.md 1.4)
      ['export.unauthorized', 'Failed to export span batch code: 401, reason: Unauthorized'],
      ['files.gevent', 'Failed to export spans batch code: None, reason: maximum recursion depth exceeded'],
      ['export.library-skipped', 'sqlalchemy only instruments "sqlalchemy<2.1.0,>=1.0.0; …", but currently installed version ("sqlalchemy 2.1.9") falls outside of that range, so nothing can be instrumented.'],
      ['files.django-settings', "AttributeError: module 'django.conf.global_settings' has no attribute 'ROOT_URLCONF'"],
      ['files.django-settings', 'CommandError: You must set settings.ALLOWED_HOSTS if DEBUG is False.'],
      ['source.removed-api', "AttributeError: 'Flask' object has no attribute 'before_first_request'"],
      ['files.wrapper-misplaced', "/usr/local/bin/python: No module named opentelemetry.instrumentation.auto_instrumentation.__main__; 'opentelemetry.instrumentation.auto_instrumentation' is a package and cannot be directly executed"],
      // [seen]
      ['container.unreachable', 'Transient error StatusCode.UNAVAILABLE encountered while exporting traces to otel-collector.observability.svc.cluster.local:4317, retrying in 1.19s.'],
      ['export.unauthorized', 'Failed to export traces to api.honeycomb.io:443, error code: StatusCode.UNAUTHENTICATED'],
      ['files.endpoint-localhost', "requests.exceptions.ConnectionError: HTTPConnectionPool(host='localhost', port=4318): Max retries exceeded with url: /v1/metrics (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f94e127ce30>: Failed to establish a new connection: [Errno 111] Connection refused'))"],
      ['export.library-skipped', 'opentelemetry.instrumentation.instrumentor DependencyConflict: requested: "fastapi ~= 0.58" but found: "fastapi 0.44.0"'],
      ['export.queue-full', 'Queue is full, likely spans/logs will be dropped.'],
      ['export.after-shutdown', 'Exporter already shutdown, ignoring batch'],
      ['files.metrics-noise', 'Failed to export metrics batch code: 400, reason: Bad Request'],
      ['container.tls', "requests.exceptions.SSLError: HTTPSConnectionPool(host='api.honeycomb.io', port=443): Max retries exceeded with url: /v1/traces (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)')))"],
      ['container.unreachable', "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.honeycomb.io', port=443): Read timed out. url: /v1/traces"],
      ['export.logged', 'Exception while exporting Span.'],
    ],
  },
  {
    of: 'Node.js',
    lines: [
      // [measured]
      ['export.unauthorized', 'Error terminating OpenTelemetry SDK OTLPExporterError: Unauthorized'],
      ['export.rejected', 'Error terminating OpenTelemetry SDK OTLPExporterError: Bad Request'],
      ['export.not-found', '{"stack":"OTLPExporterError: Not Found\\n    at IncomingMessage.emit (node:events:536:35)","message":"Not Found","name":"OTLPExporterError","data":"404 page not found","code":"404"}'],
      ['export.logged', 'Error terminating OpenTelemetry SDK OTLPExporterError: Export failed with retryable status'],
      ['files.endpoint-localhost', '{"stack":"Error: connect ECONNREFUSED 127.0.0.1:4318\\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)","message":"connect ECONNREFUSED 127.0.0.1:4318","errno":"-111","code":"ECONNREFUSED","syscall":"connect","address":"127.0.0.1","port":"4318","name":"Error"}'],
      ['container.unreachable', '{"stack":"Error: connect ECONNREFUSED 172.20.0.3:4318\\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)","message":"connect ECONNREFUSED 172.20.0.3:4318","errno":"-111","code":"ECONNREFUSED","syscall":"connect","address":"172.20.0.3","port":"4318","name":"Error"}'],
      ['files.endpoint-unresolvable', '{"stack":"Error: getaddrinfo ENOTFOUND otel-collector\\n    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26)","message":"getaddrinfo ENOTFOUND otel-collector","errno":"-3008","code":"ENOTFOUND","syscall":"getaddrinfo","hostname":"otel-collector","name":"Error"}'],
      ['files.endpoint-unresolvable', 'Error terminating OpenTelemetry SDK Error: getaddrinfo ENOTFOUND otel-collector'],
      ['files.endpoint-tls', '{"stack":"Error: write EPROTO 80FC87D2527F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:350:\\n","message":"write EPROTO","errno":"-71","code":"EPROTO","syscall":"write","name":"Error"}'],
      ['files.header-quoted', 'Error terminating OpenTelemetry SDK TypeError [ERR_INVALID_HTTP_TOKEN]: Header name must be a valid HTTP token [""x-honeycomb-team"]'],
      ['stores.quoted-or-spaced', 'Error terminating OpenTelemetry SDK TypeError [ERR_INVALID_CHAR]: Invalid character in header content ["x-honeycomb-team"]'],
      ['files.endpoint-scheme', "Configuration: Could not parse environment-provided export URL: '127.0.0.1:48181', falling back to undefined"],
      ['files.protocol-unknown', 'Unsupported OTLP traces protocol: http. Using http/protobuf.'],
      ['files.exporter-none', 'Unrecognized OTEL_TRACES_EXPORTER value: jaeger.'],
      ['files.exporter-none', 'Unable to set up trace exporter(s) due to invalid exporter and/or protocol values.'],
      ['files.exporter-none', 'OTEL_TRACES_EXPORTER contains "none". SDK will not be initialized.'],
      ['files.propagator', 'Propagator "foo" requested through environment variable is unavailable.'],
      ['files.sampler-off', 'OTEL_TRACES_SAMPLER value "foo invalid, defaulting to always_on".'],
      ['files.sampler-off', 'unknown OTEL_TRACES_SAMPLER value "foo", using default'],
      ['files.protocol-port', '{"stack":"Error: 14 UNAVAILABLE: No connection established. Last error: Protocol error (2026-11-21T15:46:30.414Z). Resolution note: \\n    at callErrorFromStatus (/app/node_modules/@grpc/grpc-js/build/src/call.js:32:19)\\n    at OTLPExporterError"}'],
      ['files.protocol-port', 'Error terminating OpenTelemetry SDK Error: 14 UNAVAILABLE: No connection established. Last error: Protocol error (2026-11-21T15:44:55.785Z). Resolution note: '],
      ['files.endpoint-localhost', 'Error terminating OpenTelemetry SDK Error: 14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:4317. Resolution note: '],
      ['files.preload-unresolvable', "Error: Cannot find module '@opentelemetry/auto-instrumentations-node/register'"],
      ['files.preload-unresolvable', '- internal/preload'],
      ['files.preload-unresolvable', "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@opentelemetry/auto-instrumentations-node' imported from /app/"],
      // [source] our own preloads
      ['image.package-missing', "otel.cjs: this process is not traced: Cannot find module '@opentelemetry/api' (are the @opentelemetry packages of package.json installed?)"],
      ['export.logged', 'otel.cjs: the last spans were not sent: no answer within 3 s'],
      ['export.unauthorized', 'otel.cjs: the last spans were not sent: Unauthorized'],
      ['files.preload-unresolvable', "Error: Cannot find module '/app/otel.cjs'"],
      // [measured] (languages.md §3)
      ['files.ts-node-import', 'TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension ".ts" for /app/src/index.ts'],
      ['files.ts-node-import', 'SyntaxError [ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX]: TypeScript enum is not supported in strip-only mode'],
      ['files.two-tracers', 'Error: @opentelemetry/api: Attempted duplicate registration of API: trace'],
      ['image.package-missing', "Error: Cannot find module '@opentelemetry/sdk-node'"],
      // [seen]
      ['files.preload-unresolvable', "Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath './build/src/register.js' is not defined by \"exports\" in /app/node_modules/@opentelemetry/auto-instrumentations-node/package.json"],
      ['source.order', '@opentelemetry/instrumentation-express Module express has been loaded before @opentelemetry/instrumentation-express so it might not work, please initialize it before requiring express'],
      ['export.queue-full', 'Dropped 1000 spans because maxQueueSize reached'],
      ['files.metrics-noise', 'PeriodicExportingMetricReader: metrics export failed (error OTLPExporterError: Bad Request)'],
    ],
  },
  {
    of: 'Java',
    lines: [
      // [measured]
      ['files.endpoint-localhost', '[otel.javaagent 2026-11-21 15:51:20:721 +0000] [OkHttp http://localhost:4318/...] ERROR io.opentelemetry.exporter.otlp.internal.HttpExporter - Failed to export 1 spans. The request could not be executed.'],
      ['files.endpoint-localhost', 'java.net.ConnectException: Failed to connect to localhost/127.0.0.1:4318'],
      ['export.sdk-failed', 'OpenTelemetry Javaagent failed to start'],
      ['files.header-colon', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Invalid map property: otel.exporter.otlp.headers'],
      ['files.endpoint-scheme', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: OTLP endpoint must be a valid URL: api.honeycomb.io'],
      ['files.exporter-none', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Unrecognized value for otel.traces.exporter: foo'],
      ['files.propagator', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Unrecognized value for otel.propagators: foo. Make sure the artifact including the propagator is on the classpath.'],
      ['files.protocol-unknown', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Unsupported OTLP traces protocol: http'],
      ['files.protocol-port', '[otel.javaagent 2026-11-21 15:51:35:886 +0000] [main] WARN io.opentelemetry.exporter.otlp.internal.OtlpConfigUtil - OTLP exporter endpoint port is likely incorrect for protocol version "http/protobuf". The endpoint http://localhost:4317 has port 4317. Typically, the "http/protobuf" version of OTLP uses port 4318.'],
      ['export.logged', '[otel.javaagent 2026-11-21 15:52:07:000 +0000] [OkHttp http://otel-collector:4318/...] ERROR io.opentelemetry.exporter.otlp.internal.HttpExporter - Failed to export 1 spans. The request could not be executed.'],
      ['files.java-agent', 'Error opening zip file or JAR manifest missing : /otel/opentelemetry-javaagent.jar'],
      ['files.java-agent', 'agent library failed to init: instrument'],
      // [seen]
      ['files.endpoint-localhost', 'i.o.e.internal.okhttp.OkHttpExporter     : Failed to export spans. The request could not be executed. Full error message: Failed to connect to localhost/[0:0:0:0:0:0:0:1]:4318'],
      ['export.unauthorized', 'io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. Server responded with HTTP status code 401. Error message: Unable to parse response body'],
      ['export.unauthorized', 'Failed to export spans. Server responded with gRPC status code 16. Error message:'],
      ['files.protocol-port', 'Failed to export spans. Server responded with HTTP status code 464. Error message: '],
      ['container.tls', 'Failed to export spans. The request could not be executed. Full error message: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target'],
      // [source]
      ['files.endpoint-path', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: OTLP endpoint must not have a path: /v1/traces'],
      ['files.sampler-off', 'io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Unrecognized value for otel.traces.sampler: alwayson'],
      ['export.queue-full', 'io.opentelemetry.sdk.trace.export.BatchSpanProcessor - BatchSpanProcessor dropped 512 span(s) since the last export because the queue is full'],
    ],
  },
  {
    of: 'Go',
    lines: [
      // [measured]
      ['export.rejected', '2026/11/21 15:49:32 traces export: failed to send to http://collector:4318/v1/traces: 400 Bad Request (body: )'],
      ['files.endpoint-localhost', '2026/11/21 15:49:32 traces export: Post "http://localhost:4318/v1/traces": dial tcp 127.0.0.1:4318: connect: connection refused'],
      ['files.endpoint-unresolvable', '2026/11/21 15:49:32 traces export: Post "http://otel-collector:4318/v1/traces": dial tcp: lookup otel-collector on 127.0.0.11:53: no such host'],
      ['files.endpoint-tls', '2026/11/21 15:49:32 traces export: Post "https://127.0.0.1:48181/v1/traces": tls: first record does not look like a TLS handshake'],
      ['files.header-colon', '2026/11/21 15:49:32 internal_logging.go:50: "msg"="parse headers" "error"="missing \'=" "input"="x-honeycomb-team:abc"'],
      ['files.endpoint-scheme', '2026/11/21 15:49:32 internal_logging.go:50: "msg"="parse url" "error"="parse \\"127.0.0.1:48181\\": first path segment in URL cannot contain colon" "input"="127.0.0.1:48181"'],
      ['files.endpoint-quoted', '2026/11/21 15:49:32 internal_logging.go:50: "msg"="parse url" "error"="parse \\"\\\\\\"http://127.0.0.1:48181\\\\\\"\\": first path segment in URL cannot contain colon" "input"="\\"http://127.0.0.1:48181\\""'],
      // [seen]
      ['container.unreachable', 'handler.go:30: traces export: Post "http://backend:4318/v1/traces": dial tcp 172.25.0.3:4318: connect: connection refused'],
      ['files.endpoint-localhost', 'traces export: context deadline exceeded: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:4317: connect: connection refused"'],
      ['container.tls', 'traces export: Post "https://api.honeycomb.io/v1/traces": tls: failed to verify certificate: x509: certificate signed by unknown authority'],
      ['files.endpoint-tls', 'traces export: Post "https://collector:4318/v1/traces": http: server gave HTTP response to HTTPS client'],
      ['container.unreachable', 'traces export: Post "https://api.honeycomb.io/v1/traces": context deadline exceeded'],
      ['files.propagator', 'panic: unknown propagator: xray'],
    ],
  },
  {
    of: 'Ruby',
    lines: [
      // [source] and [seen]
      ['export.unauthorized', "E, [2026-11-21T16:30:38.454061 #1] ERROR -- : OpenTelemetry error: OTLP exporter received http.code=401 for uri='https://api.honeycomb.io/v1/traces' in OTLP::Exporter#send_bytes"],
      ['export.logged', 'E, [2022-03-25T20:23:32.033916 #71922] ERROR -- : OpenTelemetry error: Unable to export 30 spans'],
      ['export.queue-full', 'E, [2024-04-16T16:30:38.454061 #1] ERROR -- : OpenTelemetry error: OTLP exporter received rpc.Status{message=data refused due to high memory usage, details=[]}'],
      ['export.sdk-failed', 'OpenTelemetry error: unexpected configuration error due to undefined method `do_something\' - OpenTelemetry::SDK::ConfigurationError'],
      ['files.package-missing', 'OpenTelemetry error: unexpected configuration error due to uninitialized constant OpenTelemetry::Exporter - OpenTelemetry::SDK::ConfigurationError'],
      ['files.header-blank', 'OpenTelemetry error: unexpected configuration error due to headers must be a String with comma-separated URL Encoded UTF-8 k=v pairs or a Hash'],
      ['files.endpoint-scheme', 'OpenTelemetry error: unexpected configuration error due to invalid url for OTLP::Exporter api.honeycomb.io'],
      ['files.protocol-unknown', 'The grpc transport protocol is not supported by the OTLP exporter, spans will not be exported.'],
      ['files.exporter-none', 'The jaeger exporter is unknown and cannot be configured, spans will not be exported'],
      ['files.package-missing', 'The otlp exporter cannot be configured - please add opentelemetry-exporter-otlp to your Gemfile, spans will not be exported'],
      ['files.propagator', 'The xray propagator cannot be configured - please add opentelemetry-propagator-xray to your Gemfile'],
      ['files.sdk-disabled', 'Environment variable OTEL_SDK_DISABLED is defined as true. SDK is disabled.'],
      ['files.package-missing', "<internal:/usr/local/lib/ruby/3.3.0/rubygems/core_ext/kernel_require.rb>:136:in `require': cannot load such file -- opentelemetry/sdk (LoadError)"],
    ],
  },
  {
    of: '.NET',
    lines: [
      // [seen] and [source]
      ['files.endpoint-localhost', 'EventSource=OpenTelemetry-Exporter-OpenTelemetryProtocol, Message=Exporter failed send data to collector to http://localhost:4318/v1/traces endpoint. Data will not be sent. Exception: System.Net.Http.HttpRequestException: An error occurred while sending the request. ---> System.Net.Sockets.SocketException: No connection could be made because the target machine actively refused it 127.0.0.1:4318'],
      ['files.protocol-port', 'Exporter failed send data to collector to http://collector:4317/ endpoint. Data will not be sent. Exception: Grpc.Core.RpcException: Status(StatusCode="Unimplemented", Detail="unknown service opentelemetry.proto.collector.trace.v1.TraceService")'],
      ['export.not-found', 'Exporter failed send data to collector to http://collector:4318/v1/traces/v1/traces endpoint. Data will not be sent. Exception: System.Net.Http.HttpRequestException: Response status code does not indicate success: 404 (Not Found).'],
      ['export.unauthorized', 'Exporter failed send data to collector to https://api.honeycomb.io/v1/traces endpoint. Data will not be sent. Exception: System.Net.Http.HttpRequestException: Response status code does not indicate success: 401 (Unauthorized).'],
      ['files.header-colon', 'System.ArgumentException: Headers provided in an invalid format.'],
      ['export.exporter-twice', 'System.NotSupportedException: Multiple calls to UseOtlpExporter on the same IServiceCollection are not supported.'],
      ['export.exporter-twice', 'System.NotSupportedException: Signal-specific AddOtlpExporter methods and the cross-cutting UseOtlpExporter method being invoked on the same IServiceCollection is not supported.'],
    ],
  },
  {
    of: 'PHP',
    lines: [
      // [seen] and [source]
      ['files.endpoint-unresolvable', 'OpenTelemetry: [error] Export failure [exception] Export retry limit exceeded [previous] cURL error 6: Could not resolve host: collector (see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for http://collector:4318/v1/traces'],
      ['export.rejected', 'NOTICE: PHP message: OpenTelemetry: [error] Export failure [exception] Unprocessable Entity [previous] '],
      ['export.unauthorized', 'OpenTelemetry: [error] Export failure [exception] Unauthorized [previous] '],
      ['container.unreachable', 'NOTICE: PHP message: OpenTelemetry: [error] Export failure [exception] Export retry limit exceeded [previous] Idle timeout reached for "my_otlp_collector_host".'],
      ['export.php-extension', 'PHP Warning:  The opentelemetry extension must be loaded in order to autoload the OpenTelemetry Laravel auto-instrumentation in /app/vendor/open-telemetry/opentelemetry-auto-laravel/_register.php on line 15'],
      ['files.header-colon', 'InvalidArgumentException: Key-Value pair "x-honeycomb-team:abc" does not contain separator "="'],
      ['files.exporter-none', 'PHP Fatal error:  Uncaught RuntimeException: Span exporter factory not defined for: jaeger'],
      ['files.protocol-unknown', 'RuntimeException: Transport factory not defined for protocol: thrift'],
      ['export.sdk-failed', 'OpenTelemetry: [error] Error during opentelemetry initialization: Span exporter could not be made'],
    ],
  },
  {
    of: 'the Collector and what lies behind it',
    lines: [
      // [seen]
      ['files.collector-key', '2026-11-21T15:21:18.514Z\terror\tinternal/queue_sender.go:57\tExporting failed. Dropping data.\t{"otelcol.component.id": "otlp_http/honeycomb", "otelcol.signal": "traces", "error": "not retryable error: Permanent error: rpc error: code = Unauthenticated desc = error exporting items, request to https://api.honeycomb.io/v1/traces responded with HTTP Status Code 401", "dropped_items": 8}'],
      ['export.unauthorized', '2025-07-24T15:21:18.514Z\terror\tinternal/queue_sender.go:57\tExporting failed. Dropping data.\t{"otelcol.component.id": "otlphttp", "otelcol.signal": "traces", "error": "not retryable error: Permanent error: rpc error: code = PermissionDenied desc = error exporting items, request to https://example.com/v1/traces responded with HTTP Status Code 403", "dropped_items": 805}'],
      ['files.collector-config', 'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):'],
      ['files.collector-config', "error decoding 'exporters': the logging exporter has been deprecated, use the debug exporter instead"],
      ['files.collector-config', 'open /etc/otelcol/config.yaml: permission denied'],
      ['files.endpoint-unresolvable', '2026-11-21T09:47:47.583Z\tinfo\tinternal/retry_sender.go:126\tExporting failed. Will retry the request after interval.\t{"otelcol.component.id": "otlp/jaeger", "error": "rpc error: code = Unavailable desc = connection error: desc = \\"transport: Error while dialing: dial tcp: lookup jaeger on 127.0.0.11:53: no such host\\"", "interval": "5.02s"}'],
      ['container.unreachable', 'Exporting failed. Will retry the request after interval. {"kind": "exporter", "data_type": "traces", "name": "otlp", "error": "rpc error: code = Unavailable desc = connection error: desc = \\"transport: Error while dialing: dial tcp 192.168.1.171:11800: i/o timeout\\"", "interval": "32.4s"}'],
      ['export.queue-full', 'Exporting failed. Rejecting data. {"otelcol.component.id": "otlp_http/honeycomb", "error": "sending queue is full", "rejected_items": 512}'],
      ['export.x-ray', 'Message=The OTLP API is supported with CloudWatch Logs as a Trace Segment Destination.'],
      ['files.protocol-port', 'grpc: server: ServerHandshake("172.20.0.4:52718") failed: http2Server.HandleStreams received bogus greeting "POST /v1/traces HTTP/1.1"'],
      ['export.cors', "Access to fetch at 'http://localhost:4567/api' from origin 'http://localhost:3000' has been blocked by CORS policy: Request header field traceparent is not allowed by Access-Control-Allow-Headers in preflight response."],
    ],
  },
];
