/** Log lines of spans that did not get through, where no file shows the reason. */
import type { Rule } from '../../types.ts';
import { heard } from './heard.ts';

const noKey = heard({
  id: 'export.no-key',
  title: 'The request reaches Honeycomb without a key',
  page: {
    symptoms: [
      'Failed to export spans batch code: 401, reason: !missing \'x-honeycomb-team\' header',
      'traces export: failed to send to https://api.honeycomb.io/v1/traces: 401 Unauthorized (body: !missing \'x-honeycomb-team\' header)',
      'rpc error: code = Unauthenticated desc = missing \'x-honeycomb-team\' header',
      '{"stack":"OTLPExporterError: Unauthorized…","data":"{\\"message\\":\\"missing \'x-honeycomb-team\' header\\"}","code":"401"}',
    ],
    why: 'Honeycomb answered, so the address is right; but the header x-honeycomb-team was not there, or was blank. Nearly always the variable that OTEL_EXPORTER_OTLP_HEADERS is filled with was blank when the container was made. Else the header is written with ":" or in quotes and the SDK dropped it, or a Collector in between has no key of its own.',
    check: ['docker compose exec SERVICE sh -c \'echo "${OTEL_EXPORTER_OTLP_HEADERS%%=*} has ${#OTEL_EXPORTER_OTLP_HEADERS} characters"\'', 'A good one has 39 characters (configuration key) or 81 (ingest key); 17 means that the key is blank.'],
    fix: [
      'See where the key has a value, and which place wins (a blank variable in the shell beats .env):',
      'npx otel-setup status',
      'Put the key into the .env beside the compose file, and the header into the service:',
      'HONEYCOMB_API_KEY=your-key',
      'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"',
      'Then make the container anew; `docker compose restart` keeps the old environment:',
      'docker compose up -d SERVICE',
    ],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  says: () => 'Honeycomb says that the request came without a key: the header is missing or blank.',
  do: () => 'npx otel-setup status',
});

const unavailable = heard({
  id: 'export.unavailable',
  title: 'The other end answers with an error of its own (5xx)',
  page: {
    symptoms: [
      'Transient error Service Unavailable encountered while exporting spans batch, retrying in 1.17s.',
      'Failed to export spans. Server responded with HTTP status code 503.',
      'Exporting failed. Will retry the request after interval. … HTTP Status Code 502',
    ],
    why: 'The address and the way are fine; what answers there cannot take the data now: a Collector whose own backend is gone, a proxy without its upstream, or an outage. SDKs try again for some seconds and then drop the batch.',
    check: ['docker compose ps', 'docker compose logs --no-color --since 10m COLLECTOR | npx otel-setup explain', 'https://status.honeycomb.io shows outages of Honeycomb.'],
    fix: ['Mend the Collector or proxy in between, or wait: the SDK needs no change.'],
    links: ['https://status.honeycomb.io'],
  },
  says: () => 'What answers at the endpoint had an error of its own (5xx): spans of that time are lost.',
  do: () => 'docker compose ps   # is the Collector or proxy in between healthy?',
});

const xRay = heard({
  id: 'export.x-ray',
  title: 'AWS X-Ray does not take OTLP from this account or without credentials',
  page: {
    symptoms: ['The OTLP API is supported with CloudWatch Logs as a Trace Segment Destination.', 'Error: invalid configuration: extensions::sigv4auth: could not retrieve credential provider: failed to refresh cached credentials, no EC2 IMDS role found'],
    why: 'X-Ray takes OTLP only where CloudWatch Transaction Search is switched on, and only in requests that are signed (SigV4): the Collector needs credentials.',
    check: ['aws xray get-trace-segment-destination', 'docker compose exec COLLECTOR env | cut -d= -f1 | grep AWS_'],
    fix: ['aws xray update-trace-segment-destination --destination CloudWatchLogs', 'Give the Collector AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or mount ~/.aws read-only).'],
    links: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html'],
  },
  says: () => 'X-Ray refuses OTLP: Transaction Search is off, or the Collector has no AWS credentials.',
  do: () => 'aws xray update-trace-segment-destination --destination CloudWatchLogs',
});

const cors = heard({
  id: 'export.cors',
  title: 'The browser may not send the trace header, or the spans (CORS)',
  page: {
    symptoms: [
      'Access to fetch at \'http://localhost:4567/api\' from origin \'http://localhost:3000\' has been blocked by CORS policy: Request header field traceparent is not allowed by Access-Control-Allow-Headers in preflight response.',
      'Access to fetch at \'http://localhost:4318/v1/traces\' from origin \'http://localhost:3000\' has been blocked by CORS policy',
    ],
    why: 'A traced page adds the header `traceparent` to its requests. A backend that lists the headers it allows, and not this one, makes the browser refuse the whole request: tracing breaks the app. A Collector that gets spans straight from a page must allow the page\'s origin. In Flask-CORS a string with commas is one single name and matches nothing: write a list.',
    check: ['curl -si -X OPTIONS http://localhost:4567/ -H "Origin: http://localhost:3000" -H "Access-Control-Request-Method: GET" -H "Access-Control-Request-Headers: traceparent" | grep -i access-control'],
    fix: ['Flask-CORS: allow_headers=["content-type", "traceparent"]', 'Express: cors({ allowedHeaders: ["content-type", "traceparent"] })', 'Collector: receivers.otlp.protocols.http.cors: { allowed_origins: ["http://localhost:3000"], allowed_headers: ["*"] }'],
    links: ['https://opentelemetry.io/docs/languages/js/getting-started/browser/'],
  },
  says: () => 'A browser refused a request because of the trace header or of the origin (CORS).',
  do: () => 'allow the header traceparent in the backend\'s CORS settings, as an item of a list',
});

export const onTheWay: readonly Rule[] = [noKey, unavailable, xRay, cors];
