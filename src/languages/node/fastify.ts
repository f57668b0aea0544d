import type { Framework } from './framework.ts';

/** Fastify left the bundle: without its own plugin there is only `GET` without a route. The preload uses it where it is installed. */
export const fastify: Framework = {
  id: 'fastify',
  libraries: ['fastify', '@nestjs/platform-fastify'],
  // The instrumentation package must be a direct dependency, else npm nests dozens of copies of it.
  packages: ['@fastify/otel', '@opentelemetry/instrumentation'],
};
