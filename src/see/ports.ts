import { createServer } from 'node:net';

/** A port that can be listened on now: `wanted` where nobody else has it, else any. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

/** The same for several, all different. */
export async function freePorts(wanted: readonly number[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const port of wanted) {
    let free = await freePort(port);
    // What was free a moment ago is free still: the system may give it again.
    for (let time = 0; time < 20 && found.includes(free); time++) free = await freePort(0);
    found.push(free);
  }
  return found;
}

/** On all interfaces, as a container's published port would be. */
const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen({ port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
