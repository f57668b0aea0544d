// npm run picture: draws docs/first-run.svg from a real run. The wizard of the built program, in a pseudo-terminal, on a
// copy of the course-like workspace, with real Docker Compose; answered as somebody without an account would.
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../..', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'otel-setup-picture-'));
const folder = join(parent, 'course');
const COLUMNS = 84;
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');
const LIMIT_MS = 240_000;

cpSync(join(top, 'test/workspaces/course-flask-react/in'), folder, { recursive: true });
execFileSync('git', ['init', '-q'], { cwd: folder });
try {
  const screen = await run();
  mkdirSync(join(top, 'docs'), { recursive: true });
  writeFileSync(join(top, 'docs/first-run.svg'), svg(withoutCompose(screen)));
} finally {
  execFileSync('docker', ['compose', 'down', '--rmi', 'local', '--volumes'], { cwd: folder, stdio: 'ignore' });
  rmSync(parent, { recursive: true, force: true });
}

/** The lines of the finished run: [{text, color}][] per line. */
async function run() {
  const { CI: _, ...env } = process.env;
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: 400, allowProposedApi: true });
  const pty = spawn(process.execPath, [join(top, 'dist/otel-setup.cjs'), 'init'], { cols: COLUMNS, rows: 400, cwd: folder, env: { ...env, TERM: 'xterm-256color', BUILDKIT_PROGRESS: 'plain' } });
  const answers = [[/Honeycomb API key ‣/, '\r'], [/Write this\?[\s\S]*Yes/, '\r'], [/Rebuild .*\?/, 'y']];
  let seen = '';
  let all = '';
  pty.onData((data) => {
    all += data.replace(ESCAPES, '');
    terminal.write(data);
    seen += data.replace(ESCAPES, '');
    const [wanted, answer] = answers[0] ?? [];
    if (wanted?.test(seen)) {
      answers.shift();
      seen = '';
      pty.write(answer);
    }
  });
  const timer = setTimeout(() => pty.kill(), LIMIT_MS);
  const exit = await new Promise((done) => pty.onExit(({ exitCode }) => done(exitCode)));
  clearTimeout(timer);
  await new Promise((done) => terminal.write('', done));
  if (exit !== 0) throw new Error(`the run ended with ${exit}:\n${all.slice(-1500)}`);
  const lines = [];
  const { active } = terminal.buffer;
  for (let y = 0; y <= active.baseY + active.cursorY; y += 1) {
    const line = active.getLine(y);
    const cells = [];
    for (let x = 0; x < COLUMNS; x += 1) {
      const cell = line?.getCell(x);
      cells.push({ text: cell?.getChars() || ' ', color: cell?.isFgDefault() ? -1 : (cell?.getFgColor() ?? -1), dim: Boolean(cell?.isDim()) });
    }
    lines.push(cells);
  }
  return lines;
}

const textOf = (cells) => cells.map((cell) => cell.text).join('').trimEnd();
const xml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Docker Compose's own progress is not ours: it becomes one line. */
function withoutCompose(lines) {
  const from = lines.findIndex((cells) => /building and starting/.test(textOf(cells)));
  const to = lines.findIndex((cells) => /✔ built and started/.test(textOf(cells)));
  const note = [...'    (Docker Compose’s own progress)'].map((char) => ({ text: char, color: 8, dim: true }));
  return from < 0 || to < 0 ? lines : [...lines.slice(0, from + 1), note, ...lines.slice(to)];
}

function svg(lines) {
  const colors = { 1: '#e06c75', 2: '#7fc77f', 3: '#d7b45f', 4: '#6fa8dc', 5: '#c678dd', 6: '#56b6c2', 8: '#8a919e' };
  const used = lines.slice(0, lines.findLastIndex((cells) => cells.some((cell) => cell.text.trim() !== '')) + 1);
  const [x0, y0, step, width] = [20, 52, 18, 8.2];
  const prompt = `<tspan fill="#8a919e">$</tspan> npx otel-setup init`;
  const rows = used.map((cells, y) => {
    const runs = [];
    for (const cell of cells) {
      const color = colors[cell.color] ?? (cell.dim ? colors[8] : undefined);
      const last = runs.at(-1);
      if (last !== undefined && last.color === color) last.text += cell.text;
      else runs.push({ color, text: cell.text });
    }
    const spans = runs.map(({ color, text }) => (color === undefined ? xml(text) : `<tspan fill="${color}">${xml(text)}</tspan>`)).join('');
    return `<text x="${x0}" y="${y0 + (y + 1) * step}" xml:space="preserve">${spans.replace(/ +$/, '')}</text>`;
  });
  const height = y0 + (rows.length + 2) * step;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(COLUMNS * width + 2 * x0)}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.5" fill="#d7dae0" role="img" aria-label="A run of npx otel-setup init">
<rect width="100%" height="100%" rx="8" fill="#1e2227"/>
<circle cx="22" cy="20" r="6" fill="#e06c75"/><circle cx="42" cy="20" r="6" fill="#d7b45f"/><circle cx="62" cy="20" r="6" fill="#7fc77f"/>
<text x="${x0}" y="${y0}" xml:space="preserve">${prompt}</text>
${rows.join('\n')}
</svg>
`;
}
