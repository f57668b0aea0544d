/** What the network and HTTP say in an exporter's line, whatever the language. Behind every exact pattern. */
import { all, either, exporter, inOrder, note, way, type Pattern, type Words } from './pattern.ts';

const HERE = /(?:localhost|127\.0\.0\.1|::1|0:0:0:0:0:0:0:1)/;
const REFUSED = either(/ECONNREFUSED|[Cc]onnection refused|actively refused|Failed to connect to \S+:431[78]|StatusCode\.UNAVAILABLE/, inOrder([/ConnectError/g, /refused/g]));
const UNKNOWN = /ENOTFOUND|EAI_AGAIN|NameResolutionError|Failed to resolve|Name or service not known|no such host|Temporary failure in name resolution|UnknownHostException|nodename nor servname|Could not resolve host|DNS resolution failed|server misbehaving|Name does not resolve/;
const STATUS = /(?:[Cc]ode["':= ]*|[Ss]tatus(?:Code)?["':=( ]*|HTTP\/[\d.]+ |: )(\d{3})(?!\d)/g;
/** A status of HTTP, by its number where one is said, or by its words. */
const status = (code: RegExp, words: RegExp): Words => either({ source: code.source, test: (line) => [...line.matchAll(STATUS)].some((match) => code.test(match[1] ?? '')) }, words);

export const network: readonly Pattern[] = [
  way('export.cors', /Request header field traceparent is not allowed by Access-Control-Allow-Headers|\/v1\/traces'? from origin '[^']*' has been blocked by CORS policy/),
  way('files.endpoint-plain-http', /plain HTTP request was sent to HTTPS port/),
  way('files.endpoint-tls', exporter(/WRONG_VERSION_NUMBER|wrong version number|gave HTTP response to HTTPS client|first record does not look like a TLS handshake|Unsupported or unrecognized SSL message|packet length too long|Cannot determine the frame size/)),
  way('container.tls', exporter(/CERTIFICATE_VERIFY_FAILED|certificate verify failed|x509: |self[- ]signed certificate|unable to (?:get local issuer|verify the first) certificate|PKIX path building failed|RemoteCertificate|SSL certificate problem/)),
  way('files.protocol-port', exporter(/Failed parsing HTTP\/2|Last error: Protocol error|Expected SETTINGS frame|malformed HTTP re(?:sponse|quest)|frame too large|HTTP\/1\.x transport connection broken|status(?: code)?[ :=]+464|BadStatusLine|Parse Error: Expected HTTP|UNIMPLEMENTED|Unimplemented|gRPC status code 12(?!\d)/)),
  // The Collector's receiver, which was spoken to in the other protocol.
  way('files.protocol-port', either(inOrder([/(?:HTTP\/1\.1|http1) header /g, /grpc/g]), inOrder([/ServerHandshake\(/g, /bogus greeting from client: ?"POST \/v1\//g]))),
  // What `view` and `verify` answer; gRPC libraries print it with the GOAWAY.
  way('files.protocol-port', /OTLP\/HTTP .{0,30}client speaks gRPC/),
  // A name of Honeycomb's that is nearly right; the right ones are not found where there is no way out.
  way('files.endpoint-host', exporter(UNKNOWN, /(?<![\w.-])(?!api\.(?:eu1\.)?honeycomb\.io\b)(?:[\w-]+\.)*h[a-z]{2,6}com[a-z]?\.(?:io|com|net|dev)\b/)),
  way('container.unreachable', exporter(UNKNOWN, /\bapi\.(?:eu1\.)?honeycomb\.io\b/)),
  way('files.endpoint-unresolvable', exporter(UNKNOWN)),
  way('files.endpoint-localhost', exporter(REFUSED, HERE)),
  // This machine, seen from a container: the local backend.
  way('arrival.nothing-listens', exporter(REFUSED, /(?:host\.docker\.internal|172\.17\.0\.1)\D{0,12}4318/)),
  way('container.unreachable', exporter(REFUSED)),

  // Java's agent tells the reason on the next line; the address stands in the thread's name.
  way('files.endpoint-localhost', inOrder([/OkHttp http:\/\/(?:localhost|127\.0\.0\.1):431[78]\//g, /The request could not be executed/g])),
  note('export.metrics-refused', all(/Failed to export (?:\d+ )?(?:metric|log)|(?:metrics|logs) export(?: failed)?\b|\/v1\/(?:metrics|logs)\b|"(?:otelcol\.signal|data_type)": ?"(?:metrics|logs)"/, status(/^4(?:00|04|05|15)$/, /Bad Request|Not Found/))),
  way('export.unauthorized', exporter(status(/^40[13]$/, /Unauthorized|Forbidden|UNAUTHENTICATED|Unauthenticated|PERMISSION_DENIED|PermissionDenied|gRPC status code (?:7|16)(?!\d)/))),
  way('export.throttled', exporter(status(/^429$/, /Too Many Requests|RESOURCE_EXHAUSTED|ResourceExhausted/))),
  way('export.not-found', exporter(status(/^40[45]$/, /Not Found|Method Not Allowed/))),
  way('export.unavailable', exporter(status(/^5\d\d$/, /Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out/))),
  way('export.rejected', exporter(status(/^4\d\d$/, /Bad Request|Request Entity Too Large|Unsupported Media Type|Unprocessable/))),
  way('container.unreachable', exporter(/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|[Rr]ead timed out|[Tt]imed out|i\/o timeout|context deadline exceeded|No route to host|Network is unreachable|SocketTimeout|error message: timeout|Idle timeout|DEADLINE_EXCEEDED|connection reset|UNAVAILABLE|Unavailable|socket hang up|Request Timeout/)),
  way('export.logged', exporter(/Failed to export (?:\d+ )?(?:span|trace|metric|log|batch)|Exception while exporting|OTLPExporterError|Exporting failed\.|Exporter failed send data to collector|Export failure|(?:traces|metrics|logs) export:|Unable to export|the last spans were not sent|Export failed with retryable status|export request (?:failure|retryable)|export response retryable/)),
  way('export.logged', /OpenTelemetry error: Unable to export \d+ spans|Failed to encode (?:span|log|metric)s? batch|Error terminating OpenTelemetry SDK|OTLP exporter received /),
];
