import type { Framework } from './clues.ts';

/** Flask: its instrumentation brings the WSGI one. Reloaders are fine from contrib 0.63b0 on (pins.ts says which sets). */
export const flask: Framework = {
  id: 'flask',
  library: 'flask',
  module: 'flask',
  instrumentations: () => ['flask'],
};
