/** A clock that is wrong puts spans where nobody looks. */
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';

/** Honeycomb's first page shows the last ten minutes or more; a clock that is a few minutes off only looks odd. */
const MUCH_MS = 5 * 60_000;

const amount = (ms: number): string => {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  return minutes < 120 ? `${minutes} minutes` : minutes < 2 * 24 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
};

const wrong = rule({
  id: 'container.clock',
  hop: 'container',
  title: 'The container\'s clock is wrong',
  from: ['reach'],
  also: ['inside'],
  page: {
    symptoms: ['Requests are answered with 200, and Honeycomb shows nothing for the last minutes.', 'Spans with times in the future or the past.'],
    why: 'Spans carry the times of the machine that made them. The clock of a virtual machine stands still while a laptop sleeps, and containers have the clock of their machine.',
    check: ['docker compose exec SERVICE date -u; date -u', 'curl -sI https://api.honeycomb.io | grep -i ^date'],
    fix: ['Restart Docker Desktop (or the virtual machine that Docker runs in).', 'sudo hwclock --hctosys'],
    links: ['https://docs.docker.com/desktop/troubleshoot-and-support/troubleshoot/topics/'],
  },
  find: ({ reach, inside = [] }) => reach.flatMap(({ service, got }) => {
    // The backend's own clock is the one that counts; this machine's is next best.
    const ahead = got.is === 'answered' && got.clock !== undefined ? -got.clock : inside.find((one) => one.service === service)?.clock;
    if (ahead === undefined || Math.abs(ahead) < MUCH_MS) return [];
    return [{
      service, status: 'warn' as const,
      says: `The clock in ${service} is ${amount(ahead)} ${ahead > 0 ? 'ahead' : 'behind'}: its spans are shown ${ahead > 0 ? 'in the future' : 'in the past'}, not among the last minutes.`,
      because: [{ where: 'container' as const, says: got.is === 'answered' && got.clock !== undefined ? 'its time beside the date of the backend\'s answer' : 'its time beside this machine\'s' }],
      do: 'restart Docker (Docker Desktop → Restart), which sets its clock again',
      then: 'docker compose up -d && npx otel-setup doctor',
    }];
  }),
});

export const clock: readonly Rule[] = [wrong];
