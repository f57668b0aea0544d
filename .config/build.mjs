// `npm run build`: what `rolldown -c` does, without its table of sizes (no flag turns that off). Says nothing but
// warnings and errors.
import { build } from 'rolldown';
import configs from './rolldown.config.mjs';

for (const config of configs) await build({ logLevel: 'warn', ...config });
