import type { Need, Stuck, Tracing } from '../../src/types.ts';

/** A Tracing as short lines that a person can compare: 'package x==1', 'env A=1', 'wrap …', 'file …', 'stuck …'. */
export function said(answer: Tracing | Stuck): readonly string[] {
  if ('stuck' in answer) return [`stuck: ${answer.stuck}`, ...(answer.paste === undefined ? [] : [`paste into ${answer.paste.into}: ${answer.paste.text}`])];
  return answer.needs.map(needText);
}

/** Names of the packages without their versions (those are the templates' business). */
export function packages(answer: Tracing | Stuck): readonly string[] {
  return 'stuck' in answer ? [] : answer.needs.flatMap((need) => (need.kind === 'package' ? [need.name.replace('opentelemetry-instrumentation-', '-').replace('opentelemetry-', '')] : []));
}

function needText(need: Need): string {
  switch (need.kind) {
    case 'env': return `env ${need.name}=${need.value}`;
    case 'secret': return `secret ${need.name}`;
    case 'package': return `package ${need.name}`;
    case 'wrap': return `wrap ${need.argv.join(' ')}`;
    case 'file': return `file ${need.template} → ${need.to}`;
    case 'host': return `host ${need.name}`;
  }
}
