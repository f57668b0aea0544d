/** What a key's shape alone says (backends/honeycomb/key.ts). */
import { recogniseKey } from '../../../backends/honeycomb/key.ts';
import { setLine } from '../../../ui/shell-lines.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { onceUp, statusOf, usedKeys, wasTaken, type Used } from './used.ts';

const KEYS_PAGE = 'https://docs.honeycomb.io/configure/environments/manage-api-keys/';

/** A hint as a sentence of its own. */
export const sentence = (hint: string): string => `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;

/** The edit that puts the right key where the wrong one is. */
export function replaceKey({ from, about }: Used): string {
  if (from === undefined) return `write the key's variable instead of the key: x-honeycomb-team=\${HONEYCOMB_API_KEY}, then run: npx otel-setup init`;
  if (from.where === 'shell') return setLine(from.name, 'YOUR-KEY', 'sh');
  return typeof from.where === 'string' ? `correct ${from.name} (${about} is filled in from it)` : `${from.name}=YOUR-KEY   (in ${from.where.path}${from.where.line === undefined ? '' : `, line ${from.where.line}`})`;
}

const notAKey = rule({
  id: 'key.not-a-key',
  hop: 'key',
  title: 'What is sent as the key is no Honeycomb key',
  from: ['workspace', 'subjects'],
  also: ['stores', 'containers', 'accounts', 'reach', 'sent'],
  page: {
    symptoms: ['401 Unauthorized', 'unknown API key - check your credentials, region, and API URL', 'Failed to export span batch code: 401, reason: Unauthorized'],
    why: 'Honeycomb has three kinds of keys that can send: 22 letters and digits (configuration), 64 characters beginning with hc (ingest), 32 hexadecimal digits (Classic). The ID of a key, a management key, a masked key, a placeholder and half a key look alike and cannot.',
    check: ['docker compose exec SERVICE sh -c \'printf %s "$OTEL_EXPORTER_OTLP_HEADERS" | wc -c\'', 'x-honeycomb-team= has 17 characters; the rest is the key.'],
    fix: ['Copy the key itself: ui.honeycomb.io → your environment → API keys. An ingest key is shown once: make a new one if it is gone.', 'npx otel-setup init', 'docker compose up -d SERVICE'],
    links: [KEYS_PAGE, 'https://docs.honeycomb.io/api/authentication'],
  },
  find: ({ workspace, subjects, ...facts }) => usedKeys(workspace, subjects, facts).flatMap((used) => {
    const recognised = recogniseKey(used.key);
    // What Honeycomb takes is a key, whatever it looks like.
    if (!('mistake' in recognised) || wasTaken(used.service, facts)) return [];
    const status = statusOf(used, facts);
    return [{ service: used.service, status, says: `What is sent as the key is none. ${recognised.mistake} ${sentence(recognised.hint)}${onceUp(status)}`, because: used.because, do: replaceKey(used), about: used.about }];
  }),
});

const classicDataset = rule({
  id: 'key.classic-dataset',
  hop: 'key',
  title: 'A key of Honeycomb Classic wants a dataset',
  from: ['workspace', 'subjects'],
  also: ['stores', 'containers', 'accounts', 'reach', 'sent'],
  page: {
    symptoms: ["missing 'x-honeycomb-dataset' header", '401 Unauthorized'],
    why: 'Honeycomb Classic (keys of 32 hexadecimal digits, or hc?ic_ and 58 characters) refuses traces without a dataset. Keys of an environment need none: the service\'s name is the dataset.',
    check: ['docker compose exec SERVICE env | grep -c x-honeycomb-dataset'],
    fix: ['OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY},x-honeycomb-dataset=SERVICE"', 'Or take a key of an environment: ui.honeycomb.io → your environment → API keys.'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: ({ workspace, subjects, ...facts }) => usedKeys(workspace, subjects, facts).flatMap((used) => {
    const recognised = recogniseKey(used.key);
    const classic = 'kind' in recognised && recognised.kind.startsWith('classic');
    const named = used.subject.sending.headers.pairs.some(({ name, value }) => name === 'x-honeycomb-dataset' && value.trim() !== '');
    if (!classic || named || wasTaken(used.service, facts)) return [];
    const status = statusOf(used, facts);
    const raw = used.setting?.raw ?? '';
    const line = raw.includes('$') ? raw : 'x-honeycomb-team=${HONEYCOMB_API_KEY}';
    return [{
      service: used.service, status,
      says: `The key is of Honeycomb Classic, which refuses traces that name no dataset.${onceUp(status)}`,
      because: used.because,
      do: `${used.about}: "${line},x-honeycomb-dataset=${used.service}"`,
      about: used.about,
    }];
  }),
});

export const shape: readonly Rule[] = [notAKey, classicDataset];
