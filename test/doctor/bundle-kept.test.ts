/** What looks like a secret and is none stays as it is in a bundle, or the rules would see another workspace. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { maskOf } from '../../src/doctor/bundle/mask.ts';
import { withoutSecrets } from '../../src/ui/secret-shapes.ts';

const hex = (length: number): string => randomBytes(length / 2).toString('hex');
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');

/** A file, and lines of it. */
const kept: readonly (readonly [path: string, text: string])[] = [
  ['docker-compose.yml', 'OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.eu1.honeycomb.io:443/v1/traces"'],
  ['docker-compose.yml', 'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"'],
  ['docker-compose.yml', 'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY:?put the key into .env}"'],
  ['docker-compose.yml', 'OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=${HONEYCOMB_API_KEY},x-honeycomb-dataset=backend-2-prod'],
  ['docker-compose.yml', 'HONEYCOMB_API_KEY: your-api-key-here'],
  ['docker-compose.yml', 'HONEYCOMB_API_KEY: <your key>'],
  ['docker-compose.yml', 'OTEL_SERVICE_NAME: checkout-service-v2'],
  ['docker-compose.yml', 'OTEL_RESOURCE_ATTRIBUTES: "service.version=1.2.3,deployment.environment=production-eu1"'],
  ['docker-compose.yml', '  keycloak:\n    image: quay.io/keycloak/keycloak:24.0.5'],
  ['docker-compose.yml', '  token-service:\n    build: ./token-service'],
  ['docker-compose.yml', '  auth:\n    build: ./auth\n    ports: ["5001:5001"]'],
  ['docker-compose.yml', `    image: python:3.12-slim@sha256:${hex(64)}`],
  ['docker-compose.yml', '    image: ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.104.0'],
  ['docker-compose.yml', '    secrets:\n      - db_password\n      - api_key'],
  ['docker-compose.yml', 'secrets:\n  db_password:\n    file: ./secrets/db_password.txt'],
  ['docker-compose.yml', 'POSTGRES_PASSWORD_FILE: /run/secrets/db_password'],
  ['docker-compose.yml', 'DB_PASSWORD: ${DB_PASSWORD}'],
  ['docker-compose.yml', 'DB_PASSWORD: $DB_PASSWORD'],
  ['docker-compose.yml', 'DATABASE_URL: postgres://db:5432/app'],
  ['docker-compose.yml', 'DATABASE_URL: postgres://me@db:5432/app'],
  ['docker-compose.yml', 'DATABASE_URL: postgres://${DB_USER}:${DB_PASSWORD}@db:5432/app'],
  ['docker-compose.yml', 'REDIS_URL: redis://cache:6379/0'],
  ['docker-compose.yml', 'JWT_ISSUER: https://auth.example.org/realms/shop'],
  ['docker-compose.yml', 'TOKEN_URL: https://auth.example.org/oauth2/token'],
  ['docker-compose.yml', 'SSH_KEY_PATH: /home/node/.ssh/id_ed25519'],
  ['docker-compose.yml', 'JAVA_TOOL_OPTIONS: -javaagent:/opt/opentelemetry-javaagent-1.32.0.jar -Dotel.javaagent.debug=true'],
  ['docker-compose.yml', 'NODE_OPTIONS: --require /app/node_modules/@opentelemetry/auto-instrumentations-node/register --max-old-space-size=4096'],
  ['docker-compose.yml', 'command: gunicorn --bind 0.0.0.0:8000 --workers 4 shop.wsgi:application'],
  ['docker-compose.yml', 'command: ["opentelemetry-instrument", "--traces_exporter", "console,otlp", "flask", "run"]'],
  ['docker-compose.yml', 'test: ["CMD", "curl", "-f", "http://localhost:8080/health"]'],
  ['docker-compose.yml', 'test: ["CMD-SHELL", "pg_isready -U postgres -d app"]'],
  ['docker-compose.yml', 'container_name: 0f8fad5b-d9cb-469f-a165-70867728950e'],
  ['docker-compose.yml', '- "127.0.0.1:4318:4318"'],
  ['docker-compose.yml', 'volumes: ["./keys/public.pem:/app/keys/public.pem:ro"]'],
  ['otelcol.yaml', 'processors:\n  attributes:\n    actions:\n      - key: deployment.environment\n        value: production\n        action: upsert'],
  ['otelcol.yaml', 'exporters:\n  otlp/honeycomb:\n    endpoint: api.honeycomb.io:443\n    headers:\n      x-honeycomb-team: ${env:HONEYCOMB_API_KEY}'],
  ['package.json', '{"dependencies":{"jsonwebtoken":"^9.0.2","keyv":"4.5.0","@acme/secret-manager":"workspace:*","passport":">=0.6 <0.8","tokenizr":"~1.6.0"}}'],
  ['package.json', '{"keywords":["api-key","token","opentelemetry2"],"author":"Ann <ann@example.org>"}'],
  ['package.json', '{"scripts":{"start":"node --require ./tracing.js server.js","build":"tsc -p tsconfig.build.json"}}'],
  ['requirements.txt', 'opentelemetry-instrumentation-flask==0.46b0\ntokenizers==0.13.3\npasslib[bcrypt]==1.7.4\npython-keycloak==4.0.0'],
  ['requirements.txt', `flask==3.0.3 \\\n    --hash=sha256:${hex(64)}`],
  ['requirements.txt', `shop @ git+https://github.com/acme/shop.git@${hex(40)}`],
  ['pyproject.toml', 'keyring = ">=23,<25"\ntoken-bucket = {version = "0.3.0", optional = true}'],
  ['package-lock.json', `"integrity": "sha512-${base64(64)}"`],
  ['package-lock.json', `"resolved": "https://registry.npmjs.org/keyv/-/keyv-4.5.4.tgz"`],
  ['yarn.lock', `  resolved "https://registry.yarnpkg.com/jsonwebtoken/-/jsonwebtoken-9.0.2.tgz#${hex(40)}"`],
  ['pnpm-lock.yaml', `    resolution: {integrity: sha512-${base64(64)}}`],
  ['poetry.lock', `    {file = "flask-3.0.3-py3-none-any.whl", hash = "sha256:${hex(64)}"},`],
  ['uv.lock', `    { url = "https://files.pythonhosted.org/packages/61/80/${hex(60)}/flask-3.0.3-py3-none-any.whl", hash = "sha256:${hex(64)}", size = 101735 },`],
  ['go.sum', `go.opentelemetry.io/otel v1.24.0 h1:${base64(32)}`],
  ['Dockerfile', `FROM node:20.11.1-bookworm-slim@sha256:${hex(64)}`],
  ['Dockerfile', 'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci'],
  ['Dockerfile', 'RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash -'],
  ['Dockerfile', 'RUN pip install --no-cache-dir -r requirements.txt && opentelemetry-bootstrap -a install'],
  ['app.py', 'OTLPSpanExporter(endpoint="https://api.honeycomb.io/v1/traces", headers={"x-honeycomb-team": os.environ["HONEYCOMB_API_KEY"]})'],
  ['app.py', 'api_key = settings.honeycomb_api_key\ntoken = get_token(request)\npassword = None'],
  ['app.py', 'app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY")'],
  ['app.py', 'span.set_attribute(key="http.request.method", value=request.method)'],
  ['app.py', 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as Http2Exporter4'],
  ['app.py', 'for key, token in zip(sorted_keys, tokens_by_user): cache[key] = token'],
  ['app.py', 'cognito_jwt_token = CognitoJwtToken(user_pool_id=os.getenv("AWS_COGNITO_USER_POOL_ID"), region=os.getenv("AWS_DEFAULT_REGION"))'],
  ['app.py', 'access_token = extract_access_token(request.headers)\nclaims = cognito_jwt_token.verify(access_token)'],
  ['app.js', "const apiKey = process.env.HONEYCOMB_API_KEY;\nconst headers = { 'x-honeycomb-team': apiKey };"],
  ['app.js', 'const exporter = new OTLPTraceExporter({ url: `${base}/v1/traces`, headers: { "x-honeycomb-team": process.env.HONEYCOMB_API_KEY } });'],
  ['app.js', 'const token = req.headers.authorization.split(" ")[1];\nif (!token) return res.status(401).end();'],
  ['app.js', "require('./instrumentation-v2.cjs'); // see https://opentelemetry.io/docs/languages/js/getting-started/nodejs/"],
  ['app.ts', 'function secretOf(name: string, token?: string): string | undefined { return keys.get(name)?.token; }'],
  ['.env', 'FLASK_APP=shop.app:create_app\nNODE_ENV=production\nPORT=3000'],
  ['.env', 'OTEL_PROPAGATORS=tracecontext,baggage,b3multi\nOTEL_TRACES_SAMPLER=parentbased_traceidratio'],
  ['logs', '[2024-05-06T07:08:09.123Z] 127.0.0.1 - "GET /api/activities/home HTTP/1.1" 200 1234 trace_id=none'],
  ['logs', 'Transient error StatusCode.UNAVAILABLE encountered while exporting traces to collector:4317, retrying in 16s.'],
];

describe('stays as it is in a bundle', () => {
  it.each(kept.map(([path, text]) => [`${path}: ${text.split('\n')[0]?.slice(0, 90)}`, path, text] as const))('%s', (_, path, text) => {
    const { learn, mask, masked } = maskOf([], 'salt');
    learn(`${text}\n`, path);
    expect(mask(`${text}\n`, path)).toBe(`${text}\n`);
    expect(masked()).toEqual([]);
  });
});

it('what is shown stays readable: a fingerprint stands for the secret alone', () => {
  expect(withoutSecrets('curl -u me:hunter2abc https://h/')).toMatch(/^curl -u me:… 10 characters, #[0-9a-f]{4} https:\/\/h\/$/);
  expect(withoutSecrets('postgres://me:hunter2abc@db/app')).toMatch(/^postgres:\/\/me:… 10 characters, #[0-9a-f]{4}@db\/app$/);
});
