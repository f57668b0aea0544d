/** SARIF (docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning. Pure. */
import type { Line, Rule } from '../types.ts';

const LEVELS: Readonly<Record<Line['status'], string | undefined>> = { broken: 'error', crashed: 'error', warn: 'warning', skipped: 'note', ok: undefined, blocked: undefined };
const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** @param version of otel-setup. */
export function sarifOf(lines: readonly Line[], rules: readonly Rule[], version: string): unknown {
  const results = lines.flatMap((line) => {
    const level = LEVELS[line.status];
    if (level === undefined) return [];
    const text = `${line.service === undefined ? '' : `${line.service}: `}${line.says}${line.do === undefined ? '' : ` Do: ${line.do}`}`;
    const locations = line.because.flatMap(({ where }) => (typeof where === 'string' ? [] : [{ physicalLocation: { artifactLocation: { uri: encodeURI(where.path), uriBaseId: '%SRCROOT%' }, region: { startLine: where.line ?? 1 } } }]));
    return [{ ruleId: line.rule, level, message: { text }, ...(locations.length === 0 ? {} : { locations }) }];
  });
  const used = new Set(results.map(({ ruleId }) => ruleId));
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'otel-setup doctor', semanticVersion: version, rules: rules.filter(({ id }) => used.has(id)).map((rule) => ({ id: rule.id, shortDescription: { text: rule.title }, fullDescription: { text: rule.page.why }, help: { text: [...rule.page.fix, ...(rule.page.links ?? [])].join('\n') } })) } },
      results,
    }],
  };
}
