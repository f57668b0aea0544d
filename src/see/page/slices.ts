/** For how long work goes on before it lets others go on, milliseconds. */
const SLICE_MS = 12;

/** Waited for in between: long work must not keep spans from being received. */
export function slices(): () => Promise<void> | undefined {
  let began = Date.now();
  return () => {
    if (Date.now() - began <= SLICE_MS) return undefined;
    return new Promise<void>((done) => setImmediate(done)).then(() => void (began = Date.now()));
  };
}
