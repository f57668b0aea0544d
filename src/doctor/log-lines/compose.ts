/** Docker Compose, the container runtime and the package managers of a build. */
import { either, inOrder, start, way, type Pattern } from './pattern.ts';

export const compose: readonly Pattern[] = [
  // Of the many variables that may be unset, only those that can be a key or a setting of telemetry.
  way('stores.no-key', /The "(?:[A-Z0-9_]{0,100}(?:HONEYCOMB|HNY)[A-Z0-9_]*)" variable is not set\. Defaulting to a blank string/),
  start('stores.no-key', /required variable [A-Z0-9_]{0,100}(?:HONEYCOMB|HNY)[A-Z0-9_]* is missing a value/),
  start('image.package-missing', /opentelemetry-instrument"?: (?:executable file |command )?not found|exec:? "?opentelemetry-instrument"?: (?:executable file not found|not found|no such file)/),
  start('image.package-missing', /opentelemetry-instrument["']?: (?:No such file or directory|No such command)|(?:Failed to spawn|Command not found): `?opentelemetry-instrument/),
  start('files.compose-entrypoint', /opentelemetry-instrument: error: the following arguments are required: command/),
  start('files.collector-config', /dependency failed to start: container \S{0,200}(?:otel|collector)\S* (?:is unhealthy|exited)/),

  start('source.requirements-line', /(?:No matching distribution found for|satisfies the requirement) [\w.[\]-]*\w(?:opentelemetry-[a-z-]+)/),
  start('files.release-incomplete', /(?:No matching distribution found for|satisfies the requirement) opentelemetry-/),
  start('files.runtime-too-old', inOrder([/Ignored the following versions that require a different python version: /g, /\b0\.\d\db\d/g])),
  start('files.versions-apart', inOrder([/Cannot install /g, /opentelemetry-/g, / because these package versions have conflicting dependencies/g])),
  start('files.runtime-too-old', /includes Python versions that are not supported by your dependencies \(e\.g\., opentelemetry-/),
  start('files.runtime-too-old', /error @opentelemetry\/\S+: The engine "node" is incompatible with this module/),
  start('files.runtime-too-old', /go\.mod requires go >= [\d.]+ \(running go/),
  start('files.not-in-lock', /Missing: @opentelemetry\/\S+ from lock file/),
  start('files.not-in-lock', either(inOrder([/YN0028: /g, /lockfile would have been modified/g]), /ERR_PNPM_OUTDATED_LOCKFILE|Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`|lockfile had changes, but lockfile is frozen/)),
  start('files.not-in-lock', either(inOrder([/Your Pipfile\.lock \(/g, /\) is out of date/g]), /The lockfile at `uv\.lock` needs to be updated|pyproject\.toml changed significantly since poetry\.lock was last generated/)),
  start('files.not-in-lock', /but the lockfile can't be updated because frozen mode is set|missing go\.sum entry for module providing package go\.opentelemetry\.io|Required package "open-telemetry\/\S+" is not present in the lock file/),
];
