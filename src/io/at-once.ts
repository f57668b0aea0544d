/** Work that computes for seconds without a pause, and leaves nothing behind: `view --load`. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * While `work` goes on, a signal ends the process as the system does it: a listener of ours would only hear of it when the
 * computation pauses. Nothing may be written meanwhile. Afterwards the listeners are there again.
 */
export async function endingAtOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  const kept = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  try {
    return await work();
  } finally {
    for (const [signal, listeners] of kept) for (const listener of listeners) process.on(signal, listener);
  }
}
