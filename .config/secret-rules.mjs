// `npm run secret-rules`: writes templates/secrets/ anew from a release of gitleaks (MIT), whose rule set knows the keys of
// some two hundred makers. `npm run secret-rules -- TAG` takes another release, `-- FOLDER` a checkout of it.
//
// What is made of its expressions (RE2): flags within become flags of the whole (wider is safe: what is masked keeps its
// shape); what stands in front of a name and behind a value goes, so that a key is found in any surroundings and in linear
// time. Two lists remain: keys that are known by how they look, and values behind the name of their maker.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';

const TAG = 'v8.30.1';
/** Rules that look at more than a key's own shape: src/ui/secret-shapes.ts and private-keys.ts do these for every language. */
const OURS = new Set(['generic-api-key', 'curl-auth-header', 'curl-auth-user', 'kubernetes-secret-yaml', 'private-key', 'hashicorp-tf-password', 'nuget-config-password', 'pkcs12-file', 'jwt', 'jwt-base64', 'sidekiq-sensitive-url', 'freemius-secret-key']);
/** What is written otherwise here than there, and why. */
const INSTEAD = {
  // Its third form is any 40 hexadecimal digits: every commit.
  'sourcegraph-access-token': String.raw`\bsgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}`,
  // Its older form is also "s." and any long name; theirs has an exception for it.
  'vault-service-token': String.raw`\b(?:hvs\.[\w-]{90,120}|s\.(?=[A-Za-z]{0,23}\d)[A-Za-z0-9]{24}(?!\w))`,
  'perplexity-api-key': String.raw`\bpplx-[a-zA-Z0-9]{48}`,
  // Unbounded on both sides of a sign that they hold themselves.
  'slack-app-token': String.raw`xapp-\d-[A-Z0-9]{1,40}-\d{1,40}-[a-z0-9]{1,200}`,
  'slack-legacy-token': String.raw`xox[os]-\d{1,40}-\d{1,40}-\d{1,40}-[a-fA-F\d]{1,200}`,
  'slack-bot-token': String.raw`xoxb-\d{10,13}-\d{10,13}[a-zA-Z0-9-]{0,200}`,
};

const root = fileURLToPath(new URL('..', import.meta.url));
const from = process.argv[2] ?? TAG;
const read = async (name) => {
  if (from.includes('/')) return readFileSync(join(from, name), 'utf8');
  const answer = await fetch(`https://raw.githubusercontent.com/gitleaks/gitleaks/${from}/${name}`);
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return answer.text();
};

const ASSIGN = String.raw`(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}(`;
const END = String.raw`(?:[\x60'"\s;]|\\[nr]|$)`;
const keys = [];
const values = [];
for (const { id, regex, keywords = [] } of parse(await read('config/gitleaks.toml')).rules) {
  if (OURS.has(id)) continue;
  for (const one of parts(INSTEAD[id] ?? regex)) {
    const at = one.indexOf(ASSIGN);
    const wide = /\(\?i[:)]|\(\?-i:/.test(one);
    if (at < 0) keys.push([id, keywords.map((word) => word.toLowerCase()), javascript(one), wide ? 'i' : '']);
    else values.push([id, keywords.map((word) => word.toLowerCase()), javascript(/\(\?:((?:[^()]|\((?:[^()]|\([^()]*\))*\))+)\)\(\?:\[ \\t/.exec(one)[1]), javascript(one.slice(at + ASSIGN.length).replace(/\)\(\?:\[\\x60'"\\s;\]\|\\\\\[nr\]\|\$\)$/, ''))]);
  }
}
const lines = (all) => all.map((one) => `  ${JSON.stringify(one)}`).join(',\n');
writeFileSync(join(root, 'templates/secrets/rules.json'), `{"source": "gitleaks ${from.includes('/') ? TAG : from}",\n"keys": [\n${lines(keys)}\n],\n"values": [\n${lines(values)}\n]}\n`);
writeFileSync(join(root, 'templates/secrets/LICENSE'), await read('LICENSE'));
console.log(`${keys.length} keys, ${values.length} values`);

/** A rule whose first half is a named value and whose second a key is two. */
function parts(regex) {
  const at = regex.indexOf(`${END}|\\b`);
  return at < 0 ? [regex] : [regex.slice(0, at + END.length), regex.slice(at + END.length + 1)];
}

/** RE2 → JavaScript, without flags inside, names of groups, and the sign behind a key. */
function javascript(regex) {
  return regex
    .replaceAll('(?i)', '').replaceAll(/\(\?-?i:/g, '(?:').replaceAll(/\(\?P<\w+>/g, '(?:').replaceAll('[[:alnum:]]', '[a-zA-Z0-9]').replaceAll('\\z', '$')
    .replaceAll(END, '').replaceAll(/\(\?:\[\^[^\]]+\]\|\$\)$/g, '').replaceAll(/\|\$\|\\b\)$/g, ')').replaceAll('\\x60', '`');
}
