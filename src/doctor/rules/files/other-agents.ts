/** Zero-code tracing of PHP and .NET: a switch or a set of variables without which nothing happens, silently. */
import type { Evidence, Files, Service } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import { DOTNET_PROFILER } from '../../subjects.ts';
import type { Rule } from '../../types.ts';
import { each } from './each.ts';

const AUTOLOAD = 'OTEL_PHP_AUTOLOAD_ENABLED';

/** composer.json with an instrumentation that starts by itself, if it is told to. */
function autoPackage({ dir }: Service, files: Files): Evidence | undefined {
  for (const path of files.find(dir, /^composer\.json$/, 2)) {
    const lines = (files.text(path) ?? '').split('\n');
    const at = lines.findIndex((line) => /"open-telemetry\/opentelemetry-auto-/.test(line));
    if (at >= 0) return { where: { path, line: at + 1 }, says: lines[at]?.trim() ?? '' };
  }
  return undefined;
}

const php = rule({
  id: 'files.php-autoload',
  hop: 'files',
  title: 'PHP\'s instrumentations are installed and not switched on',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans and no message.'],
    why: `PHP's SDK starts by itself, in vendor/autoload.php, only where ${AUTOLOAD} is true in the environment of the process.`,
    check: [`docker compose exec SERVICE printenv ${AUTOLOAD}`, 'docker compose exec SERVICE php -m | grep opentelemetry'],
    fix: [`${AUTOLOAD}: "true"`],
    links: ['https://opentelemetry.io/docs/zero-code/php/'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service, settings, unsure }) => {
    const { files } = workspace;
    if (service.app?.language !== 'php' || unsure.length > 0 || service.unread !== undefined) return [];
    const set = settings.get(AUTOLOAD);
    if (set !== undefined && /^(?:true|1)$/i.test(set.value.trim())) return [];
    const found = autoPackage(service, files);
    // The switch in an ini file, an SDK that the code builds.
    const other = files.find(service.dir, /\.(?:ini|conf|php|env)$|Dockerfile/, 4).some((path) => /OTEL_PHP_AUTOLOAD_ENABLED|Sdk::builder|SdkBuilder|SdkAutoloader|TracerProviderBuilder/.test(files.text(path) ?? ''));
    if (found === undefined || (set === undefined && other)) return [];
    return [{
      says: `${service.name} has PHP's instrumentations, and ${AUTOLOAD} is not true: the SDK never starts.`,
      because: [found, ...(set === undefined ? [] : [settingAt(files, set)])],
      do: `${AUTOLOAD}: "true"`,
      about: AUTOLOAD,
    }];
  }),
});

const dotnet = rule({
  id: 'files.dotnet-profiler',
  hop: 'files',
  title: '.NET\'s automatic instrumentation is set up in part, or for another libc',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans, and nothing in the log: its messages are in /var/log/opentelemetry/dotnet.'],
    why: 'The runtime loads the profiler only with all of its variables: CORECLR_ENABLE_PROFILING, CORECLR_PROFILER, CORECLR_PROFILER_PATH, DOTNET_STARTUP_HOOKS and OTEL_DOTNET_AUTO_HOME. On Alpine it must be the musl library; another one is left out without a word.',
    check: ['docker compose exec SERVICE sh -c "env | grep -E \'CORECLR|DOTNET\'"', 'docker compose exec SERVICE ls /var/log/opentelemetry/dotnet'],
    fix: ['Start the app with the script that sets them all: instrument.sh dotnet app.dll', 'Alpine: CORECLR_PROFILER_PATH=$OTEL_DOTNET_AUTO_HOME/linux-musl-x64/OpenTelemetry.AutoInstrumentation.Native.so'],
    links: ['https://opentelemetry.io/docs/zero-code/dotnet/configuration/'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service, settings, unsure }) => {
    const { files } = workspace;
    const profiler = settings.get('CORECLR_PROFILER');
    if (service.app?.language !== 'dotnet' || profiler === undefined || !DOTNET_PROFILER.test(profiler.value) || unsure.length > 0) return [];
    if ([...(service.start?.argv ?? []), ...(service.start?.real ?? [])].some((word) => /instrument\.sh/.test(word))) return [];
    const path = settings.get('CORECLR_PROFILER_PATH') ?? settings.get('CORECLR_PROFILER_PATH_64') ?? settings.get('CORECLR_PROFILER_PATH_ARM64');
    const absent = ['CORECLR_ENABLE_PROFILING', 'DOTNET_STARTUP_HOOKS', 'OTEL_DOTNET_AUTO_HOME'].filter((name) => (settings.get(name)?.value ?? '') === '');
    if (path === undefined) absent.push('CORECLR_PROFILER_PATH');
    if (absent.length > 0) {
      return [{
        says: `${service.name} sets up .NET's profiler without ${absent.join(', ')}: the runtime does not load it.`,
        because: [settingAt(files, profiler)],
        do: `set ${absent.join(', ')} as well, or start with instrument.sh`,
        about: 'dotnet',
      }];
    }
    const alpine = /alpine/.test(service.build?.stage?.base ?? service.image ?? '');
    if (!alpine || path === undefined || !/\/linux-(?:x64|arm64)\//.test(path.value)) return [];
    return [{
      says: `${service.name} runs on Alpine, and CORECLR_PROFILER_PATH names the library for glibc: the runtime leaves it out without a word.`,
      because: [settingAt(files, path)],
      do: `CORECLR_PROFILER_PATH: ${path.value.replace('/linux-', '/linux-musl-')}`,
      about: 'dotnet',
    }];
  }),
});

export const otherAgents: readonly Rule[] = [php, dotnet];
