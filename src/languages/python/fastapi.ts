import { exactVersion } from './requirement.ts';
import type { Framework } from './clues.ts';

/** 0.142 configures exporters from OTEL_* by itself, so that the wrapper sends every span twice; 0.143 made it opt-in. */
function isDoubling(spec: string): boolean {
  const exact = exactVersion(spec) ?? /^(?:==|~=)(\d+\.\d+)\.(?:\*|\d+)$/.exec(spec)?.[1];
  return exact !== undefined && /^0\.142(?:\.|$)/.test(exact);
}

/** FastAPI; its instrumentation brings the ASGI one. */
export const fastapi: Framework = {
  id: 'fastapi',
  library: 'fastapi',
  module: 'fastapi',
  instrumentations: () => ['fastapi'],
  more: (clues) => {
    const spec = clues.libraries['fastapi'] ?? '';
    if (isDoubling(spec)) {
      return { stuck: `FastAPI ${spec.replace(/^[=~]+/, '')} sends its own spans as soon as OTEL_* is set, so with the wrapper every span comes twice. Upgrade it, then run otel-setup again.`, paste: { into: clues.manifest?.slot?.path ?? 'requirements.txt', text: 'fastapi>=0.143' } };
    }
    const own = clues.service.env.find((each) => each.name === 'FASTAPI_OTEL_AUTO_CONFIGURE');
    if (own?.value !== undefined && /^(?:1|true|yes|on)$/i.test(own.value)) {
      return { stuck: 'FASTAPI_OTEL_AUTO_CONFIGURE is on: FastAPI sends its own spans, and with the wrapper every span comes twice. Take the variable out, then run otel-setup again.' };
    }
    return { needs: [], notes: [] };
  },
};

/** Starlette without FastAPI; its instrumentation brings the ASGI one. */
export const starlette: Framework = { id: 'starlette', library: 'starlette', module: 'starlette', instrumentations: () => ['starlette'] };
