/** Kinds of secrets, made up anew in each run with the right shape, and the places where people leave them. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const ALNUM = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Makes random pieces and remembers them: none may be seen. */
export class Maker {
  readonly made: string[] = [];
  private of(length: number, letters: string): string {
    // Some of each: what has the shape of a key.
    for (;;) {
      const text = Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join('');
      if (length < 8 || letters.length === 10 || (/\d\D+\d/.test(text) || !/\d/.test(letters)) && /[A-Za-z]/.test(text)) {
        this.made.push(text);
        return text;
      }
    }
  }
  alnum = (length: number): string => this.of(length, ALNUM);
  lower = (length: number): string => this.of(length, ALNUM.slice(0, 36));
  upper = (length: number): string => this.of(length, ALNUM.slice(0, 10) + ALNUM.slice(36));
  letters = (length: number): string => this.of(length, ALNUM.slice(10));
  hex = (length: number): string => this.of(length, ALNUM.slice(0, 16));
  digits = (length: number): string => this.of(length, ALNUM.slice(0, 10));
  base32 = (length: number): string => this.of(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
  base64 = (length: number): string => this.of(length, `${ALNUM}+/`);
  uuid = (): string => [8, 4, 4, 4, 12].map((length) => this.of(length, ALNUM.slice(0, 16))).join('-');
  /** Not secret: an account, an app. */
  id = (length: number): string => Array.from(randomBytes(length), (byte) => String(byte % 10)).join('');
  /** Made elsewhere. */
  notes(text: string): string {
    this.made.push(...text.split(/[^A-Za-z0-9+/]+/).filter((piece) => piece.length >= 8));
    return text;
  }
}
export type Make = (r: Maker) => string;

/** Keys that are known by how they look, wherever they stand. */
export const KEYS: Readonly<Record<string, Make>> = {
  'Honeycomb ingest': (r) => `hcaik_${r.lower(58)}`,
  'GitHub classic': (r) => `ghp_${r.alnum(36)}`,
  'GitHub OAuth': (r) => `gho_${r.alnum(36)}`,
  'GitHub app': (r) => `ghs_${r.alnum(36)}`,
  'GitHub refresh': (r) => `ghr_${r.alnum(36)}`,
  'GitHub fine-grained': (r) => `github_pat_${r.alnum(22)}_${r.alnum(59)}`,
  'GitLab personal': (r) => `glpat-${r.alnum(20)}`,
  'GitLab deploy': (r) => `gldt-${r.alnum(20)}`,
  'GitLab runner': (r) => `glrt-${r.alnum(20)}`,
  'GitLab trigger': (r) => `glptt-${r.hex(40)}`,
  'GitLab agent': (r) => `glagent-${r.alnum(50)}`,
  'npm': (r) => `npm_${r.alnum(36)}`,
  'PyPI': (r) => `pypi-AgEIcHlwaS5vcmc${r.alnum(70)}`,
  'RubyGems': (r) => `rubygems_${r.hex(48)}`,
  'Clojars': (r) => `CLOJARS_${r.lower(60)}`,
  'AWS access key': (r) => `AKIA${r.base32(16)}`,
  'AWS session key': (r) => `ASIA${r.base32(16)}`,
  'AWS Bedrock': (r) => `ABSK${r.base64(120)}`,
  'Google API': (r) => `AIza${r.alnum(35)}`,
  'Google OAuth secret': (r) => `GOCSPX-${r.alnum(28)}`,
  'Google access': (r) => `ya29.${r.alnum(60)}`,
  'Azure AD': (r) => `${r.alnum(3)}8Q~${r.alnum(34)}`,
  'Alibaba': (r) => `LTAI${r.alnum(20)}`,
  'DigitalOcean': (r) => `dop_v1_${r.hex(64)}`,
  'DigitalOcean OAuth': (r) => `doo_v1_${r.hex(64)}`,
  'Stripe live': (r) => `sk_live_${r.alnum(24)}`,
  'Stripe test': (r) => `sk_test_${r.alnum(99)}`,
  'Stripe restricted': (r) => `rk_live_${r.alnum(24)}`,
  'Stripe web hook': (r) => `whsec_${r.alnum(32)}`,
  'Square': (r) => `sq0atp-${r.alnum(22)}`,
  'Shopify': (r) => `shpat_${r.hex(32)}`,
  'Shopify app': (r) => `shpss_${r.hex(32)}`,
  'Slack bot': (r) => `xoxb-${r.id(11)}-${r.id(12)}-${r.alnum(24)}`,
  'Slack user': (r) => `xoxp-${r.id(11)}-${r.id(11)}-${r.id(11)}-${r.lower(32)}`,
  'Slack app': (r) => `xapp-1-A${r.id(10)}-${r.id(13)}-${r.hex(64)}`,
  'Slack hook': (r) => `https://hooks.slack.com/services/T${r.id(8)}/B${r.id(8)}/${r.alnum(24)}`,
  'Discord hook': (r) => `https://discord.com/api/webhooks/${r.id(18)}/${r.alnum(68)}`,
  'Teams hook': (r) => `https://acme.webhook.office.com/webhookb2/${r.uuid()}@${r.uuid()}/IncomingWebhook/${r.hex(32)}/${r.uuid()}`,
  'Zapier hook': (r) => `https://hooks.zapier.com/hooks/catch/${r.id(7)}/${r.lower(12)}/`,
  'Telegram bot': (r) => `https://api.telegram.org/bot${r.id(10)}:AA${r.alnum(33)}/sendMessage`,
  'SendGrid': (r) => `SG.${r.alnum(22)}.${r.alnum(43)}`,
  'Sendinblue': (r) => `xkeysib-${r.hex(64)}-${r.lower(16)}`,
  'Mailgun': (r) => `key-${r.hex(32)}`,
  'Twilio': (r) => `SK${r.hex(32)}`,
  'Twilio account': (r) => `AC${r.hex(32)}`,
  'Hugging Face': (r) => `hf_${r.letters(34)}`,
  'OpenAI': (r) => `sk-${r.alnum(48)}`,
  'OpenAI project': (r) => `sk-proj-${r.alnum(74)}T3BlbkFJ${r.alnum(74)}`,
  'Anthropic': (r) => `sk-ant-api03-${r.alnum(93)}AA`,
  'Perplexity': (r) => `pplx-${r.alnum(48)}`,
  'Groq': (r) => `gsk_${r.alnum(52)}`,
  'Replicate': (r) => `r8_${r.alnum(37)}`,
  'Databricks': (r) => `dapi${r.hex(32)}`,
  'Docker Hub': (r) => `dckr_pat_${r.alnum(27)}`,
  'Grafana service account': (r) => `glsa_${r.alnum(32)}_${r.hex(8)}`,
  'Grafana cloud': (r) => `glc_${r.alnum(60)}`,
  'New Relic user': (r) => `NRAK-${r.upper(27)}`,
  'Sentry user': (r) => `sntryu_${r.hex(64)}`,
  'Dynatrace': (r) => `dt0c01.${r.upper(24)}.${r.upper(64)}`,
  'Postman': (r) => `PMAK-${r.hex(24)}-${r.hex(34)}`,
  'Pulumi': (r) => `pul-${r.hex(40)}`,
  'Terraform': (r) => `${r.alnum(14)}.atlasv1.${r.alnum(67)}`,
  'Vault service': (r) => `hvs.${r.alnum(95)}`,
  'Vault batch': (r) => `hvb.${r.alnum(150)}`,
  'Doppler': (r) => `dp.pt.${r.alnum(43)}`,
  'Linear': (r) => `lin_api_${r.alnum(40)}`,
  'Notion': (r) => `ntn_${r.id(11)}${r.alnum(35)}`,
  'Atlassian': (r) => `ATATT3${r.alnum(186)}`,
  'Airtable': (r) => `airtable pat${r.alnum(14)}.${r.hex(64)}`,
  'PlanetScale': (r) => `pscale_tkn_${r.alnum(43)}`,
  'Supabase': (r) => `sbp_${r.hex(40)}`,
  'Fly': (r) => `fo1_${r.alnum(43)}`,
  'Heroku': (r) => `HRKU-AA${r.alnum(58)}`,
  'Tailscale': (r) => `tskey-auth-${r.alnum(12)}-${r.alnum(32)}`,
  'Prefect': (r) => `pnu_${r.alnum(36)}`,
  'Sourcegraph': (r) => `sgp_${r.hex(40)}`,
  '1Password': (r) => `A3-${r.upper(6)}-${r.upper(11)}-${r.upper(5)}-${r.upper(5)}-${r.upper(5)}`,
  'age': (r) => `AGE-SECRET-KEY-1${Array.from(randomBytes(58), (byte) => 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'[byte % 32]).join('')}`.replace(/1(.*)/, (_, rest: string) => `1${r.notes(rest)}`),
  'JFrog': (r) => `AKCp${r.alnum(69)}`,
  'JSON web token': (r) => `eyJhbGciOiJIUzI1NiJ9.eyJ${r.alnum(60)}.${r.alnum(43)}`,
  'bcrypt hash': (r) => `$2b$12$${r.alnum(53)}`,
  'login': (r) => `postgres://me:${r.alnum(14)}@db:5432/app`,
  'login with signs': (r) => `amqp://me:${r.alnum(9)}%2F${r.alnum(9)}@mq:5672/%2f`,
  'login with a slash': (r) => `redis://:${r.alnum(12)}/${r.alnum(10)}@cache:6379/0`,
  'login of MongoDB': (r) => `mongodb+srv://me:${r.alnum(16)}@cluster0.ab1cd.mongodb.net/app?retryWrites=true`,
  'login of git': (r) => `git+https://me:${r.alnum(20)}@git.example.org/a/b.git#main`,
  'a token as the user': (r) => `https://${r.alnum(40)}@git.example.org/a/b.git`,
  'a token as the user, no password': (r) => `https://${r.hex(40)}:x-oauth-basic@github.com/a/b.git`,
  'Sentry DSN': (r) => `https://${r.hex(32)}@o123.ingest.sentry.io/456`,
  'an address encoded': (r) => `https%3A%2F%2Fme%3A${r.alnum(18)}%40host%2Fpath`,
  'a signed address': (r) => `https://acme.blob.core.windows.net/c/b?sv=2022-11-02&sig=${r.base64(43).replaceAll('+', '%2B').replaceAll('/', '%2F')}%3D`,
  'Basic': (r) => `Basic ${Buffer.from(`me:${r.alnum(16)}`).toString('base64')}`.replace(/ (.*)$/, (_, text: string) => ` ${r.notes(text.replaceAll('=', ''))}`),
  'Bearer': (r) => `Bearer ${r.alnum(30)}`,
  'AccountKey': (r) => `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${r.base64(86)}==;EndpointSuffix=core.windows.net`,
  'SharedAccessKey': (r) => `Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${r.base64(43)}=`,
  'SQL Server': (r) => `Server=db,1433;Database=app;User Id=sa;Password=${r.alnum(12)}!;Encrypt=true`,
  'ODBC': (r) => `Driver={x};Server=db;Uid=sa;Pwd=${r.alnum(12)};`,
};

const rsa = (): string => generateKeyPairSync('rsa', { modulusLength: 1024, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
const ec = (): string => generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
const armoured = (r: Maker, name: string, more = ''): string => `-----BEGIN ${name}-----\n${more}${Array.from({ length: 6 }, () => r.base64(64)).join('\n')}\n${r.base64(22)}==\n-----END ${name}-----`;
const body = (r: Maker, pem: string): string => {
  r.notes(pem.split('\n').slice(1, -2).join('\n'));
  return pem.trim();
};
/** Of many lines. */
export const BLOCKS: Readonly<Record<string, Make>> = {
  'RSA': (r) => body(r, rsa()),
  'encrypted PKCS 8': (r) => body(r, ec()),
  'OpenSSH': (r) => armoured(r, 'OPENSSH PRIVATE KEY'),
  'EC with headers': (r) => armoured(r, 'EC PRIVATE KEY', `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${r.id(32)}\n\n`),
  'PGP': (r) => armoured(r, 'PGP PRIVATE KEY BLOCK', 'Version: GnuPG v2\n\n'),
  'in base64': (r) => r.notes(Buffer.from(rsa()).toString('base64')),
};

/** What stands in a file in this way; `s` is a value that nothing but its place gives away. */
export type Form = readonly [name: string, path: string, write: (s: string) => string];
/** Behind a secret's name, in every language. */
export const ASSIGNMENTS: readonly Form[] = [
  ['shell', 'run.sh', (s) => `#!/bin/sh\nexport DB_PASSWORD=${s}\n./run\n`],
  ['shell, quoted', 'run.sh', (s) => `API_TOKEN='${s}' ./run\n`],
  ['shell, default', 'run.sh', (s) => `: "\${DB_PASSWORD:=${s}}"\n`],
  ['.env', '.env', (s) => `A=1\nSECRET_KEY=${s}\nB=2\n`],
  ['.env, quoted', '.env', (s) => `SESSION_SECRET="${s}"\n`],
  ['.env, Windows', '.env', (s) => `SESSION_SECRET=${s}\r\nA=1\r\n`],
  ['compose map', 'docker-compose.yml', (s) => `services:\n  a:\n    environment:\n      DB_PASSWORD: ${s}\n`],
  ['compose list', 'docker-compose.yml', (s) => `services:\n  a:\n    environment:\n      - DB_PASSWORD=${s}\n`],
  ['compose default', 'docker-compose.yml', (s) => `services:\n  a:\n    environment:\n      DB_PASSWORD: \${DB_PASSWORD:-${s}}\n`],
  ['compose, two in a flow map', 'docker-compose.yml', (s) => `services:\n  a:\n    environment: {DB_PASSWORD: ${s}, A: b}\n`],
  ['compose, healthcheck', 'docker-compose.yml', (s) => `services:\n  a:\n    healthcheck:\n      test: ["CMD", "mysqladmin", "ping", "-p${s}"]\n`],
  ['YAML block', 'config.yaml', (s) => `a:\n  api_key: |\n    ${s}\n  b: c\n`],
  ['YAML folded', 'config.yaml', (s) => `client_secret: >-\n  ${s}\nb: c\n`],
  ['YAML list', 'config.yaml', (s) => `api_keys:\n  - ${s}\n  - other\nb: c\n`],
  ['YAML name and value', 'pod.yaml', (s) => `env:\n  - name: API_TOKEN\n    value: "${s}"\n`],
  ['YAML headers', 'otelcol.yaml', (s) => `exporters:\n  otlp:\n    headers:\n      x-scope: ${s}\n      b: c\n`],
  ['Kubernetes secret', 'secret.yaml', (s) => `kind: Secret\ndata:\n  password: ${Buffer.from(s).toString('base64')}\n`],
  ['kubeconfig', 'kubeconfig.yaml', (s) => `users:\n- name: a\n  user:\n    token: ${s}\n`],
  ['TOML', 'config.toml', (s) => `[a]\npassword = "${s}"\n`],
  ['TOML list', 'config.toml', (s) => `tokens = ["${s}", "b"]\n`],
  ['INI', 'app.ini', (s) => `[a]\npassword = ${s}\n`],
  ['properties', 'app.properties', (s) => `spring.datasource.password=${s}\n`],
  ['JSON', 'config.json', (s) => `{"db": {"password": "${s}", "host": "db"}}\n`],
  ['JSON, pretty', 'config.json', (s) => `{\n  "apiKey": "${s}"\n}\n`],
  ['JSON list', 'config.json', (s) => `{"api_keys": ["${s}", "b"]}\n`],
  ['JSON in JSON', 'log.json', (s) => `{"msg": "{\\"api_key\\":\\"${s}\\"}"}\n`],
  ['package.json script', 'package.json', (s) => `{"scripts": {"start": "API_TOKEN=${s} node ."}}\n`],
  ['Docker config', 'config.json', (s) => `{"auths": {"https://index.docker.io/v1/": {"auth": "${Buffer.from(`me:${s}`).toString('base64')}"}}}\n`],
  ['.npmrc', '.npmrc', (s) => `//registry.example.org/:_authToken=${s}\n`],
  ['.npmrc, login', '.npmrc', (s) => `//registry.example.org/:_password="${Buffer.from(s).toString('base64')}"\n`],
  ['pip.conf', 'pip.conf', (s) => `[global]\nindex-url = https://me:${s}@pypi.example.org/simple\n`],
  ['.netrc', '.netrc', (s) => `machine git.example.org\n  login me\n  password ${s}\n`],
  ['.netrc, one line', '.netrc', (s) => `machine git.example.org login me password ${s}\n`],
  ['.pgpass', '.pgpass', (s) => `db:5432:app:me:${s}\n`],
  ['Dockerfile ENV', 'Dockerfile', (s) => `FROM a\nENV A=b API_KEY=${s} C=d\n`],
  ['Dockerfile ENV, old', 'Dockerfile', (s) => `FROM a\nENV API_KEY ${s}\n`],
  ['Dockerfile ARG', 'Dockerfile', (s) => `FROM a\nARG NPM_TOKEN="${s}"\n`],
  ['Dockerfile curl', 'Dockerfile', (s) => `FROM a\nRUN curl -fsSL -u me:${s} https://example.org/x | sh\n`],
  ['curl, glued', 'run.sh', (s) => `curl -ume:${s} https://example.org\n`],
  ['curl, quoted', 'run.sh', (s) => `curl https://example.org --user "me:${s}"\n`],
  ['curl, header', 'run.sh', (s) => `curl -H "X-Api-Key: ${s}" https://example.org\n`],
  ['curl, cookie', 'run.sh', (s) => `curl -H 'Cookie: sid=${s}; b=c' https://example.org\n`],
  ['curl, any scheme', 'run.sh', (s) => `curl -H "Authorization: Token ${s}" https://example.org\n`],
  ['curl, no scheme', 'run.sh', (s) => `curl -H "Authorization: ${s}" https://example.org\n`],
  ['an option', 'run.sh', (s) => `mytool --password ${s} --verbose\n`],
  ['an option with a sign', 'run.sh', (s) => `mytool --api-key="${s}"\n`],
  ['options as a list', 'docker-compose.yml', (s) => `services:\n  a:\n    command: ["mytool", "--db-password", "${s}"]\n`],
  ['options as lines', 'docker-compose.yml', (s) => `services:\n  a:\n    command:\n      - --db-password\n      - ${s}\n`],
  ['mysql', 'run.sh', (s) => `mysql -h db -u root -p${s} app\n`],
  ['redis-cli', 'run.sh', (s) => `redis-cli -h db -a ${s} ping\n`],
  ['docker login', 'run.sh', (s) => `docker login -u me -p ${s} registry.example.org\n`],
  ['sshpass', 'run.sh', (s) => `sshpass -p '${s}' ssh me@host\n`],
  ['openssl', 'run.sh', (s) => `openssl rsa -in a -passin pass:${s}\n`],
  ['Python', 'app.py', (s) => `API_KEY = "${s}"\n`],
  ['Python, typed', 'app.py', (s) => `api_key: str = '${s}'\n`],
  ['Python, bytes', 'app.py', (s) => `SECRET_KEY = b"${s}"\n`],
  ['Python, f-string', 'app.py', (s) => `headers = {"Authorization": f"Bearer ${s}{suffix}"}\n`],
  ['Python, many lines', 'app.py', (s) => `API_KEY = """\n${s}\n"""\n`],
  ['Python, put together', 'app.py', (s) => `API_KEY = (\n    "${s}"\n)\n`],
  ['Python dictionary', 'app.py', (s) => `config = {"password": "${s}", "host": "db"}\n`],
  ['Python keyword', 'app.py', (s) => `db = connect(host="db", password="${s}")\n`],
  ['Python setdefault', 'app.py', (s) => `os.environ.setdefault("API_TOKEN", "${s}")\n`],
  ['Python getenv', 'app.py', (s) => `token = os.getenv("API_TOKEN", "${s}")\n`],
  ['Python item', 'app.py', (s) => `app.config["SECRET_KEY"] = "${s}"\n`],
  ['Python headers', 'app.py', (s) => `e = Exporter(headers={"x-team": "${s}"})\n`],
  ['Python tuple', 'app.py', (s) => `e = Exporter(headers=(("x-api-key", "${s}"),))\n`],
  ['Python or', 'app.py', (s) => `token = os.environ.get("API_TOKEN") or "${s}"\n`],
  ['Python comparison', 'app.py', (s) => `if token == "${s}":\n    pass\n`],
  ['Python SecretStr', 'app.py', (s) => `password = SecretStr("${s}")\n`],
  ['JavaScript', 'app.js', (s) => `const apiKey = '${s}';\n`],
  ['JavaScript template', 'app.js', (s) => 'const apiKey = `' + s + '`;\n'],
  ['JavaScript object', 'app.js', (s) => `const c = { password: '${s}', host: 'db' };\n`],
  ['JavaScript environment', 'app.js', (s) => `process.env.API_TOKEN = "${s}";\n`],
  ['JavaScript default', 'app.js', (s) => `const t = process.env.API_TOKEN || '${s}';\n`],
  ['JavaScript default, new', 'app.mjs', (s) => `const t = process.env.API_TOKEN ?? "${s}";\n`],
  ['JavaScript headers', 'app.js', (s) => `fetch(u, { headers: { 'X-Api-Key': '${s}' } });\n`],
  ['TypeScript', 'app.ts', (s) => `const apiKey: string = '${s}';\n`],
  ['Go', 'main.go', (s) => `const apiKey = "${s}"\n`],
  ['Go, short', 'main.go', (s) => `apiKey := "${s}"\n`],
  ['Go, typed', 'main.go', (s) => `var apiKey string = "${s}"\n`],
  ['Ruby', 'app.rb', (s) => `c = { :secret_key => '${s}' }\n`],
  ['PHP', 'app.php', (s) => `<?php $config['password'] = '${s}';\n`],
  ['PHP define', 'app.php', (s) => `<?php define('DB_PASSWORD', '${s}');\n`],
  ['Java', 'A.java', (s) => `String password = "${s}";\n`],
  ['C#', 'A.cs', (s) => `builder.Configuration["ApiKey"] = "${s}";\n`],
  ['XML', 'settings.xml', (s) => `<server><password>${s}</password></server>\n`],
  ['XML attributes', 'nuget.config', (s) => `<add key="ClearTextPassword" value="${s}" />\n`],
  ['header list', '.env', (s) => `OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-dataset=a,x-team=${s}\n`],
  ['header list, Basic', '.env', (s) => `OTEL_EXPORTER_OTLP_HEADERS=authorization=Basic%20${Buffer.from(`me:${s}`).toString('base64')}\n`],
];

/** Pieces of eight signs of what was made up that a text shows. */
export function seen(text: string, { made }: Maker): readonly string[] {
  return made.flatMap((secret) => {
    for (let i = 0; i + 8 <= secret.length; i += 1) if (text.includes(secret.slice(i, i + 8))) return [secret.slice(i, i + 8)];
    return [];
  });
}
