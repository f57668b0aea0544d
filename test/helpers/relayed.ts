import { onTestFinished } from 'vitest';
import { passOn } from '../../src/io/pass-on.ts';
import { startRelay, type Passed } from '../../src/see/relay.ts';

/** verify's relay between a sender and `to`, for the length of a test. */
export async function relay(to: string): Promise<{ readonly url: string; readonly passed: readonly Passed[] }> {
  const passed: Passed[] = [];
  const passing = passOn({});
  const served = await startRelay({ host: '127.0.0.1', port: 0, routes: [{ service: 'sender', prefix: '/nonce/sender', to }], pass: passing.pass, onPassed: (one) => void passed.push(one) });
  onTestFinished(async () => {
    await served.close();
    passing.close();
  });
  return { url: `http://127.0.0.1:${served.port}/nonce/sender`, passed };
}
