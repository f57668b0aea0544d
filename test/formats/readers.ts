/** Other programs that read the same files, for a second opinion on what they mean. */
import { execFileSync } from 'node:child_process';

/** Runs a Python script with JSON in and JSON out; undefined where Python or a module that it imports is absent. */
export function python(script: string, input: unknown): unknown {
  try {
    const code = `import json, sys\ninput = json.load(sys.stdin)\n${script}`;
    return JSON.parse(execFileSync('python3', ['-c', code], { input: JSON.stringify(input), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }));
  } catch (error) {
    const says = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if ((error instanceof Error && 'code' in error && error.code === 'ENOENT') || /ModuleNotFoundError/.test(says)) return undefined;
    throw error;
  }
}
