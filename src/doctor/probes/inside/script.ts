/**
 * What is run inside of a container: constant texts, sent on standard input, so that no value is ever in an argument
 * list. They read, print and end; nothing is written. POSIX sh with the tools of busybox; Python 3.6 and later without
 * its environment's PYTHON* (-E: PYTHONPATH may start an SDK in our own process); Node.js without NODE_OPTIONS, for the
 * same reason. Each line of output is a letter and a text; a line feed in a text is \x01.
 */

/** In the environment of everything that we start in a container, so that we do not take it for the service. */
export const MARK = 'OTEL_SETUP_DOCTOR';
/** Variables of a process that are told; others stay where they are. */
export const TOLD = '^(OTEL_|HONEYCOMB_|FLASK_DEBUG=|FLASK_ENV=|PYTHONPATH=|NODE_OPTIONS=|JAVA_TOOL_OPTIONS=|JDK_JAVA_OPTIONS=|JAVA_OPTS=|RUBYOPT=|CORECLR_|DOTNET_STARTUP_HOOKS=|DJANGO_SETTINGS_MODULE=)';

/** Distributions of an interpreter: 'K name version'. */
const PYTHON = String.raw`
import os, sys
sys.path[:] = [p for p in sys.path if p]
for p in os.environ.get("PYTHONPATH", "").split(os.pathsep):
    if p and "auto_instrumentation" not in p:
        sys.path.append(p)
print("R python %d.%d.%d" % sys.version_info[:3])
try:
    from importlib.metadata import distributions
    for d in distributions():
        n = d.metadata["Name"]
        if n:
            print("K %s %s" % (n, d.version))
except ImportError:
    import pkg_resources
    for d in pkg_resources.working_set:
        print("K %s %s" % (d.project_name, d.version))
`;

/** Packages of the node_modules folders at and above the given folders: OpenTelemetry's, and those that were named. */
const NODE = String.raw`
const fs = require('fs'), path = require('path');
const cut = process.argv.indexOf('--'), folders = process.argv.slice(2, cut), names = process.argv.slice(cut + 1);
console.log('R node ' + process.versions.node);
const seen = new Set();
for (const start of folders) for (let dir = start; ; dir = path.dirname(dir)) {
  const home = path.join(dir, 'node_modules');
  if (!seen.has(home)) {
    seen.add(home);
    let wanted = names.slice();
    if (fs.existsSync(home)) console.log('H ' + home);
    for (const scope of ['@opentelemetry', '@honeycombio']) try { wanted = wanted.concat(fs.readdirSync(path.join(home, scope)).map((name) => scope + '/' + name)); } catch {}
    for (const name of new Set(wanted)) try { console.log('K ' + name + ' ' + JSON.parse(fs.readFileSync(path.join(home, name, 'package.json'), 'utf8')).version); } catch {}
  }
  if (fs.existsSync(path.join(dir, '.pnp.cjs'))) console.log('H pnp');
  if (path.dirname(dir) === dir) break;
}
`;

/**
 * Processes: 'P pid uid', then 'A argument', 'E NAME=value', or 'U' where the environment is not to be known: another user's,
 * or one without PATH: programs that name their processes (setproctitle: gunicorn, celery) write over that memory.
 */
const PROCESSES = String.raw`
for d in /proc/[0-9]*; do
  [ -r "$d/cmdline" ] || continue
  uid=$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "$d/status" 2>/dev/null)
  if [ -n "$only" ] && [ "$uid" != "$only" ]; then continue; fi
  args=$(tr '\n\000' '\001\n' < "$d/cmdline" 2>/dev/null)
  [ -n "$args" ] || continue
  if env=$( (tr '\n\000' '\001\n' < "$d/environ") 2>/dev/null ) && printf '%s\n' "$env" | grep -q '^PATH='; then
    case "$env" in *${MARK}=1*) continue;; esac
    echo "P ${'$'}{d#/proc/} $uid"
    printf '%s\n' "$args" | sed 's/^/A /'
    printf '%s\n' "$env" | grep -E '${TOLD}' | sed 's/^/E /'
  elif [ -d "$d" ]; then
    echo "P ${'$'}{d#/proc/} $uid"
    printf '%s\n' "$args" | sed 's/^/A /'
    echo U
  fi
done
`;

export interface Questions {
  readonly language: string;
  /** Node.js packages that are looked for; Python tells all that it has. */
  readonly packages: readonly string[];
  /** Programs that must be on the PATH or beside an interpreter. */
  readonly programs: readonly string[];
  /** Absolute paths whose SHA-256 is wanted. */
  readonly files: readonly string[];
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const words = (list: readonly string[]): string => list.map(quoted).join(' ');

/** All of it, for a container that has a shell. Names come from the repository: each is one quoted word. */
export function shellScript(questions: Questions): string {
  return [
    'only=', 'echo "T $(date +%s)"', PROCESSES,
    `dirs="$(pwd)"; for d in /proc/[0-9]*; do home=$(readlink "$d/cwd" 2>/dev/null) && dirs="$dirs${'\n'}$home"; done`,
    questions.language === 'python' ? pythonPart() : '',
    questions.language === 'node' ? nodePart(questions.packages) : '',
    lookups(questions), 'echo "Z done"', '',
  ].join('\n');
}

/** Programs on the PATH or beside an interpreter: 'G name'; files: 'F sha256 lines-with-opentelemetry path'; 'N …' for what is not there. */
export function lookups({ programs, files }: Pick<Questions, 'programs' | 'files'>): string {
  return [
    ...programs.map((name) => `found=$(command -v -- ${quoted(name)} || { IFS='${'\n'}'; for i in $interpreters; do [ -x "${'$'}{i%/*}/"${quoted(name)} ] && printf '%s\n' "$i" && break; done; unset IFS; }); [ -n "$found" ] && l=G || l=N; printf '%s %s\n' $l ${quoted(name)}`),
    ...files.map((file) => `if [ -f ${quoted(file)} ]; then sum=$(sha256sum < ${quoted(file)} 2>/dev/null) && printf 'F %s %s %s\n' "${'$'}{sum%% *}" "$(grep -ci opentelemetry < ${quoted(file)})" ${quoted(file)}; else printf 'N %s\n' ${quoted(file)}; fi`),
  ].join('\n');
}

/** The processes of one user, for `docker exec --user`. */
export const processesOf = (uid: string): string => `only=${quoted(uid)}\n${PROCESSES}\necho "Z done"\n`;

/**
 * The interpreters of the processes that run (a virtual environment's); where none is seen, the usual places: then a
 * package is missing where none of them has it.
 */
function pythonPart(): string {
  return String.raw`
interpreters=$(for d in /proc/[0-9]*; do tr '\000' '\n' < "$d/cmdline" 2>/dev/null | head -n 1; done | grep -E '^/.*/(python|pypy)[0-9.]*$' | awk '!seen[$0]++')
[ -n "$interpreters" ] || interpreters=$( {
  command -v python3; command -v python
  for i in "${'$'}{VIRTUAL_ENV:-/nowhere}/bin/python" "$PWD/.venv/bin/python" "$PWD/venv/bin/python" /opt/venv/bin/python /venv/bin/python /app/.venv/bin/python /opt/poetry/.venv/bin/python; do [ -x "$i" ] && echo "$i"; done
} | awk '!seen[$0]++')
printf '%s\n' "$interpreters" | while IFS= read -r i; do
  [ -n "$i" ] && "$i" -E - 2>/dev/null <<'OTEL_SETUP_END'
${PYTHON}
OTEL_SETUP_END
done`;
}

function nodePart(packages: readonly string[]): string {
  return String.raw`
interpreters=$( { for d in /proc/[0-9]*; do tr '\000' '\n' < "$d/cmdline" 2>/dev/null | head -n 1; done | grep -E '/node(js)?$'; command -v node; } | head -n 1)
IFS='
'
[ -n "$interpreters" ] && NODE_OPTIONS= "$interpreters" - $dirs -- ${words(packages)} 2>/dev/null <<'OTEL_SETUP_END'
${NODE}
OTEL_SETUP_END
unset IFS`;
}

/** For an image without a shell: its interpreter alone, with the packages only. */
export function interpreterCommand({ language, packages }: Questions): { readonly argv: readonly string[]; readonly input: string } | undefined {
  if (language === 'python') return { argv: ['python3', '-E', '-'], input: `${PYTHON}\nprint("Z done")\n` };
  if (language === 'node') return { argv: ['node', '-', '.', '/app', '/usr/src/app', '--', ...packages], input: `${NODE}\nconsole.log('Z done');\n` };
  return undefined;
}
