/** Tracing in the browser's own code: what can be told from the files that never arrives, or breaks the page. */
import { jsSources, type JsSource } from '../../../languages/node/source.ts';
import { argumentsOf, pythonCode, seen } from '../../code/python-code.ts';
import { callsOf, propertiesOf, seenAt, type JsCall } from '../../code/node-code.ts';
import type { Evidence, Files } from '../../../types.ts';
import { rule } from '../../rule.ts';
import type { Facts, Finding, Rule, Subject } from '../../types.ts';

type Seen = Pick<Facts, 'workspace' | 'subjects'>;
interface Page {
  readonly subject: Subject;
  readonly sources: readonly JsSource[];
}

/** Services whose code runs in the browser; they are not expected to send, so only what they wire themselves is looked at. */
function pagesOf({ workspace: { files }, subjects }: Seen): readonly Page[] {
  return subjects.flatMap((subject) => {
    const { app, dir } = subject.service;
    const manifest = files.find(dir, /^package\.json$/, 1)[0];
    return app?.language !== 'browser' || manifest === undefined ? [] : [{ subject, sources: jsSources(files, manifest).filter(({ code }) => /opentelemetry|honeycomb/i.test(code)) }];
  });
}

const exportersIn = (sources: readonly JsSource[]): readonly JsCall[] => sources.flatMap((source) => callsOf(source, /\bnew\s+(?:\w+\.)?(?:OTLPTraceExporter|HoneycombWebSDK)\s*\(/g));
const given = ({ args }: JsCall, name: string): string | undefined => propertiesOf(args[0] ?? '').find((one) => one.name === name)?.text;

/** A text that stands for a key. */
function isPlaceholder(key: string): boolean {
  const inner = (/^"([^"'`]*)"$|^'([^"'`]*)'$|^`([^"'`]*)`$/.exec(key)?.slice(1).find((one) => one !== undefined) ?? '').trim();
  return /^[<[{(][^]*[>\]})]$|^(?:x{6,}|\.{3}|todo|changeme)$/i.test(inner) || /\byour[\s_-]/i.test(inner);
}
const WORKSPACE = /https?:\/\/[^"'`]{0,300}\.(?:gitpod\.io|gitpod\.dev|app\.github\.dev|githubpreview\.dev)\b/;

const exporter = rule({
  id: 'source.browser-exporter',
  hop: 'source',
  title: 'The exporter in the page is given what cannot work',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['POST http://localhost:4318/v1/traces net::ERR_CONNECTION_REFUSED', 'POST https://api.honeycomb.io/v1/traces 401', 'POST https://4318-….gitpod.io/v1/traces 404'],
    why: 'The page runs on the machine of whoever looks at it: localhost is that machine, an address of a workspace is gone when the workspace restarts, and a key or header that was left as in the example is refused. `"text" || other` is always the text.',
    check: ['Open the page with the browser\'s developer tools, Network, and filter for "traces".'],
    fix: ["url: `${process.env.REACT_APP_OTEL_EXPORTER_URL}/v1/traces`   (an address that the browser can reach: a Collector's published port)", 'Send through a Collector, which holds the key; the page then needs no header.'],
    links: ['https://opentelemetry.io/docs/languages/js/exporters/#usage-in-the-browser', 'https://docs.honeycomb.io/send-data/javascript-browser/'],
  },
  find: (facts) => pagesOf(facts).flatMap(({ subject, sources }): readonly Finding[] => exportersIn(sources).flatMap((call): readonly Finding[] => {
    const wrong = wrongHeader(call) ?? wrongUrl(call, facts);
    return wrong === undefined ? [] : [{ service: subject.service.name, ...wrong, because: [seenAt(facts.workspace.files, call.source, call.index)], about: `exporter:${call.source.path}` }];
  })),
});

type Wrong = Pick<Finding, 'says' | 'do' | 'status'>;

function wrongHeader(call: JsCall): Wrong | undefined {
  const headers = given(call, 'headers');
  const key = given(call, 'apiKey') ?? (headers === undefined ? undefined : propertiesOf(headers).find(({ name }) => name.toLowerCase() === 'x-honeycomb-team')?.text);
  if (key === undefined) return undefined;
  const where = `${call.source.path} gives the exporter`;
  if (/(?:ENDPOINT|_URL)$/.test(key)) return { status: 'broken', says: `${where} an address (${key.slice(0, 60)}) where the key belongs: Honeycomb answers 401.`, do: 'send through a Collector that holds the key, and take the header out of the page' };
  return isPlaceholder(key) ? { status: 'broken', says: `${where} a text that stands for a key: Honeycomb answers 401.`, do: 'send through a Collector that holds the key, and take the header out of the page' } : undefined;
}

function wrongUrl(call: JsCall, { workspace }: Seen): Wrong | undefined {
  const url = given(call, 'url') ?? given(call, 'endpoint');
  if (url === undefined) return undefined;
  const always = /^(["'])(https?:\/\/[^"']+)\1\s*\|\|\s*(\S[\s\S]*)$/.exec(url);
  if (always?.[3] !== undefined) return { status: 'warn', says: `The address of the exporter is always ${always[2] ?? ''}: what stands behind \`||\` is never used.`, do: `url: ${always[3].trim().slice(0, 80)} || '${always[2] ?? ''}'` };
  if (WORKSPACE.test(url)) return { status: 'warn', says: 'The address of the exporter is that of one workspace: it is gone when the workspace gets a new name.', do: "url: `${process.env.REACT_APP_OTEL_EXPORTER_URL}/v1/traces`   (and set the variable from the workspace's own name in the compose file)" };
  const local = /^(["'`])https?:\/\/(?:localhost|127\.0\.0\.1)[:/]/.test(url);
  return local && /^(?:gitpod|ona|codespaces)$/.test(workspace.host)
    ? { status: 'warn', says: 'The address of the exporter is localhost, which for the page is the machine of whoever looks at it, not this workspace.', do: "url: `${process.env.REACT_APP_OTEL_EXPORTER_URL}/v1/traces`   (the public address of the Collector's port in this workspace)" }
    : undefined;
}

const SERVER_ONLY = /^(?:@honeycombio\/opentelemetry-node|honeycomb-beeline|@opentelemetry\/(?:sdk-node|sdk-trace-node|auto-instrumentations-node|exporter-trace-otlp-(?:grpc)))$/;

const serverPackage = rule({
  id: 'source.browser-server-package',
  hop: 'source',
  title: 'A package for servers is used in the page',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ["Module not found: Error: Can't resolve 'fs'", 'Uncaught ReferenceError: process is not defined', 'No spans of the page.'],
    why: '@honeycombio/opentelemetry-node, the Beeline and @opentelemetry/sdk-node need Node.js. In a page they do not build, or do nothing.',
    check: ['grep -rn "opentelemetry-node\\|sdk-node\\|honeycomb-beeline" src package.json'],
    fix: ['npm install @honeycombio/opentelemetry-web @opentelemetry/auto-instrumentations-web', 'or @opentelemetry/sdk-trace-web'],
    links: ['https://docs.honeycomb.io/send-data/javascript-browser/'],
  },
  find: (facts) => pagesOf(facts).flatMap(({ subject, sources }): readonly Finding[] => {
    for (const source of sources) {
      const match = /(?:from\s*|require\s*\(\s*|import\s*)(["'])([^"'\n]+)\1/g;
      for (const load of source.code.matchAll(match)) {
        if (!SERVER_ONLY.test(load[2] ?? '')) continue;
        return [{ service: subject.service.name, status: 'warn', says: `${source.path} uses ${load[2] ?? ''} in the page: it needs Node.js and makes no spans in a browser.`, because: [seenAt(facts.workspace.files, source, load.index)], do: 'npm install @honeycombio/opentelemetry-web @opentelemetry/auto-instrumentations-web', about: `package:${load[2] ?? ''}` }];
      }
    }
    return [];
  }),
});

const cors = rule({
  id: 'source.cors-traceparent',
  hop: 'source',
  title: 'The page sends traceparent, and the backend does not allow it',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Request header field traceparent is not allowed by Access-Control-Allow-Headers in preflight response.', 'Access to fetch at … has been blocked by CORS policy'],
    why: 'With propagateTraceHeaderCorsUrls the page adds a header to its requests. The browser asks the backend first whether it may; a list of allowed headers without traceparent says no, and the request itself fails. Flask-CORS reads a text with commas as one name, which matches nothing.',
    check: ["curl -si -X OPTIONS http://localhost:4567/api/activities/home -H 'Origin: http://localhost:3000' -H 'Access-Control-Request-Method: GET' -H 'Access-Control-Request-Headers: traceparent' | grep -i allow-headers"],
    fix: ['Flask-CORS: allow_headers=["content-type", "if-modified-since", "traceparent"]', "express: cors({ allowedHeaders: ['content-type', 'traceparent'] })"],
    links: ['https://flask-cors.readthedocs.io/en/latest/api.html', 'https://www.w3.org/TR/trace-context/'],
  },
  find: (facts) => {
    const from = propagating(facts);
    return from === undefined ? [] : facts.subjects.flatMap((subject): readonly Finding[] => {
      const refuses = refusing(subject, facts.workspace.files);
      return refuses === undefined ? [] : [{ service: subject.service.name, status: 'warn', says: `The page sends traceparent with its requests, and ${subject.service.name} does not allow that header: the browser blocks them.`, because: [refuses, from], do: 'allow_headers=["content-type", "if-modified-since", "traceparent"]', about: 'cors' }];
    });
  },
});

/** Where a page hands its trace on to other origins. */
function propagating(facts: Seen): Evidence | undefined {
  for (const { sources } of pagesOf(facts)) {
    for (const source of sources) {
      // A text is compared with the whole address: one that looks like a pattern matches nothing, so nothing is sent.
      const match = /\bpropagateTraceHeaderCorsUrls\s*:\s*(?:\[\s*)?(?:\/[^/*]|new\s+RegExp\b)/.exec(source.code);
      if (match !== null) return seenAt(facts.workspace.files, source, match.index);
    }
  }
  return undefined;
}

function refusing({ service }: Subject, files: Files): Evidence | undefined {
  if (service.app?.language !== 'python') return undefined;
  const code = pythonCode(service, files);
  for (const at of code.statements.filter(({ source, code: text }) => code.reachable.includes(source) && /(?<![.\w])CORS\s*\(/.test(text))) {
    const allowed = argumentsOf(at.text, /(?<![.\w])CORS\s*\(/)?.find(({ name }) => name === 'allow_headers')?.text;
    if (allowed === undefined || !/^["'[(]/.test(allowed) || /\*/.test(allowed)) continue;
    // A text is one name, however many commas it has (Flask-CORS 3 to 6, measured).
    if (/^["']/.test(allowed) || !/traceparent/i.test(allowed)) return seen(files, at);
  }
  return undefined;
}

export const browsers: readonly Rule[] = [exporter, serverPackage, cors];
