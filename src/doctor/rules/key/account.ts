/** What Honeycomb itself says of a key: GET /1/auth (backends/honeycomb/api.ts). */
import { apiOf } from '../../../backends/honeycomb/regions.ts';
import { slug } from '../../../backends/honeycomb/index.ts';
import type { Account } from '../../../types.ts';
import { unsetLine } from '../../../ui/shell-lines.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Facts, Rule } from '../../types.ts';
import { replaced } from '../files/replaced.ts';
import { replaceKey, sentence } from './shape.ts';
import { answerFor, keptAt, onceUp, statusOf, usedKeys, wasTaken, type Used } from './used.ts';

const CHECK = 'curl -s -H "X-Honeycomb-Team: $HONEYCOMB_API_KEY" https://api.honeycomb.io/1/auth';

const unknown = rule({
  id: 'key.unknown',
  hop: 'key',
  title: 'Honeycomb does not know the key, or refuses it',
  from: ['workspace', 'subjects', 'accounts'],
  also: ['stores', 'containers', 'reach', 'sent'],
  page: {
    symptoms: ['unknown API key - check your credentials, region, and API URL', 'attempted to use disabled API key', 'Failed to export span batch code: 401, reason: Unauthorized', 'Failed to export spans. Server responded with HTTP status code 401', 'OTLP exporter received http.code=401'],
    why: 'The key was mistyped, deleted, disabled, has expired, or is of another team. Both regions were asked.',
    check: [CHECK, 'The same with https://api.eu1.honeycomb.io for a team in Europe.'],
    fix: ['Copy the key again: ui.honeycomb.io → your environment → API keys.', 'npx otel-setup init', 'docker compose up -d SERVICE'],
    links: ['https://docs.honeycomb.io/configure/environments/manage-api-keys/'],
  },
  find: ({ workspace, subjects, ...facts }) => usedKeys(workspace, subjects, facts).flatMap((used) => {
    const answer = answerFor(facts.accounts, used.key);
    if (answer?.is !== 'rejected' || wasTaken(used.service, facts)) return [];
    const status = statusOf(used, facts);
    const hidden = used.from?.where === 'shell' ? used.others.find(({ store }) => store === 'dotenv') : undefined;
    return [{
      service: used.service, status,
      says: `${answer.says}${hidden === undefined ? ` ${sentence(answer.hint)}` : ' It comes from this shell, and that beats the other one in .env.'}${onceUp(status)}`,
      because: [...used.because, ...(hidden === undefined ? [] : [keptAt(hidden)])],
      do: hidden === undefined ? replaceKey(used) : unsetLine(hidden.name, 'sh'),
      about: used.about,
    }];
  }),
});

/** Services whose key is good, with whose it is. */
const good = (workspace: Facts['workspace'], subjects: Facts['subjects'], facts: Partial<Facts>): readonly { readonly used: Used; readonly account: Account }[] =>
  usedKeys(workspace, subjects, facts).flatMap((used) => {
    const answer = answerFor(facts.accounts ?? [], used.key);
    return answer?.is === 'ok' ? [{ used, account: answer.account }] : [];
  });

const otherRegion = rule({
  id: 'key.other-region',
  hop: 'key',
  title: 'The key is of another region than the endpoint',
  from: ['workspace', 'subjects', 'accounts'],
  also: ['stores', 'containers', 'reach', 'sent'],
  page: {
    symptoms: ['unknown API key - check your credentials, region, and API URL', '401 Unauthorized'],
    why: 'Honeycomb has two regions that do not know each other\'s keys: api.honeycomb.io (US) and api.eu1.honeycomb.io (EU). A key of the other region is answered like a wrong one.',
    check: [CHECK, 'curl -s -H "X-Honeycomb-Team: $HONEYCOMB_API_KEY" https://api.eu1.honeycomb.io/1/auth'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.eu1.honeycomb.io"', 'docker compose up -d SERVICE'],
    links: ['https://docs.honeycomb.io/get-started/start-building/web/#region'],
  },
  find: ({ workspace, subjects, ...facts }) => good(workspace, subjects, facts).flatMap(({ used, account }) => {
    const { endpoint, to } = used.subject.sending;
    if (to.region === undefined || to.region === account.region || wasTaken(used.service, facts)) return [];
    const setting = typeof endpoint.from === 'object' && 'value' in endpoint.from ? endpoint.from : undefined;
    const right = setting === undefined ? apiOf(account.region) : setting.value.replace(new URL(apiOf(to.region)).hostname, new URL(apiOf(account.region)).hostname);
    const status = statusOf(used, facts);
    return [{
      service: used.service, status,
      says: `The key belongs to the ${account.region.toUpperCase()} region (team ${account.team}), and the endpoint is that of the ${to.region.toUpperCase()} region, which does not know it.${onceUp(status)}`,
      because: [...(setting === undefined ? [] : [settingAt(workspace.files, setting)]), ...used.because],
      do: `${setting?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT'}: "${right}"`,
      ...(setting === undefined || setting.raw !== setting.value ? {} : { ops: replaced(workspace, used.subject.service, setting, right) }),
      about: setting?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT',
    }];
  }),
});

const maySend = rule({
  id: 'key.may-not-send',
  hop: 'key',
  title: 'The key may not send',
  from: ['workspace', 'subjects', 'accounts'],
  also: ['stores', 'containers', 'reach', 'sent'],
  page: {
    symptoms: ['API key does not have permission to send events', '401 Unauthorized'],
    why: 'A configuration key has permissions, and "Send Events" is not among this one\'s.',
    check: [`${CHECK} | grep -o '"events":[a-z]*'`],
    fix: ['Make an ingest key, or tick "Can send events": ui.honeycomb.io → your environment → API keys.', 'npx otel-setup init', 'docker compose up -d SERVICE'],
    links: ['https://docs.honeycomb.io/configure/environments/manage-api-keys/'],
  },
  find: ({ workspace, subjects, ...facts }) => good(workspace, subjects, facts).flatMap(({ used, account }) => {
    if (account.maySend || wasTaken(used.service, facts)) return [];
    const status = statusOf(used, facts);
    return [{ service: used.service, status, says: `The key is known (${account.says}), and it may not send.${onceUp(status)}`, because: used.because, do: 'tick "Can send events" for this key, or make an ingest key: ui.honeycomb.io → your environment → API keys', then: 'npx otel-setup doctor', about: used.about }];
  }),
});

const mayCreate = rule({
  id: 'key.may-not-create',
  hop: 'key',
  title: 'The key may not create the service\'s dataset',
  from: ['workspace', 'subjects', 'accounts'],
  also: ['stores', 'containers', 'arrived'],
  page: {
    symptoms: ['Requests are answered with 200 or refused, and the service never shows up in Honeycomb.'],
    why: 'Honeycomb keeps each service in a dataset of its name. A key without "Create Datasets" can only send to datasets that are there already: a new service\'s spans have nowhere to go.',
    check: [`${CHECK} | grep -o '"createDatasets":[a-z]*'`],
    fix: ['Tick "Can create datasets" for the key, or make the dataset by hand: ui.honeycomb.io → your environment → API keys.'],
    links: ['https://docs.honeycomb.io/configure/environments/manage-api-keys/'],
  },
  find: ({ workspace, subjects, ...facts }) => good(workspace, subjects, facts).flatMap(({ used, account }) => {
    const there = facts.arrived?.some(({ service, last }) => service === used.service && last !== undefined) ?? false;
    if (account.mayCreate || there) return [];
    const name = used.subject.sending.serviceName?.value ?? 'unknown_service';
    return [{
      service: used.service, status: 'warn' as const,
      says: `The key may not create datasets: if Honeycomb has none named ${slug(name)} yet, the spans of ${used.service} are lost.`,
      because: used.because,
      do: 'tick "Can create datasets" for this key: ui.honeycomb.io → your environment → API keys',
      then: 'npx otel-setup doctor',
    }];
  }),
});

export const byAccount: readonly Rule[] = [otherRegion, unknown, maySend, mayCreate];
