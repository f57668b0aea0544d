/** How a folder of Python files is started when no file says so: by its framework's own command. */
import type { Files, Path } from '../types.ts';
import { join } from './path.ts';

const ENTRIES = ['app.py', 'main.py', 'wsgi.py', 'server.py', 'run.py', 'asgi.py'];

/** undefined = no Python file that starts a server by its usual name. */
export function pythonStart(files: Files, dir: Path): { readonly argv: readonly string[]; readonly path: Path } | undefined {
  const manage = join(dir, 'manage.py');
  if (hasText(files, manage)) return { argv: ['python', 'manage.py', 'runserver'], path: manage };
  for (const entry of ENTRIES) {
    const path = join(dir, entry);
    const text = files.text(path);
    if (text === undefined) continue;
    const module = entry.replace(/\.py$/, '');
    const flask = /^(\w+)[ \t]*(?::[^=\n\r\u2028\u2029]+)?=[ \t]*Flask\(/m.exec(text)?.[1];
    const asgi = /^(\w+)[ \t]*(?::[^=\n\r\u2028\u2029]+)?=[ \t]*(?:FastAPI|Starlette)\(/m.exec(text)?.[1];
    if (/\b(?:app|application|server|socketio|uvicorn)\.run\(|\bserve\(|\brun_simple\(/.test(text)) return { argv: ['python', entry], path };
    if (flask !== undefined || /\bdef create_app\(/.test(text)) return { argv: entry === 'app.py' || entry === 'wsgi.py' ? ['flask', 'run'] : ['flask', '--app', module, 'run'], path };
    if (asgi !== undefined) return { argv: ['uvicorn', `${module}:${asgi}`], path };
    return { argv: ['python', entry], path };
  }
  return undefined;
}

/** Whether a file is there and can be read. */
export function hasText(files: Files, path: Path): boolean {
  return files.text(path) !== undefined;
}
