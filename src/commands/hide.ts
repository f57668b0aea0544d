/** Secrets of an environment, hidden in everything that is printed from now on. */
import type { Service } from '../types.ts';
import { isSecretName } from '../ui/redact.ts';
import type { Context } from './context.ts';

/** Of the variables of a service, those with a secret's name. */
export function hideSecretsOf({ env }: Pick<Service, 'env'>, context: Pick<Context, 'hide'>): void {
  for (const { name, value } of env) if (value !== undefined) hideSecret(name, value, context);
}

/**
 * Whole values, the parts of a list, and of 'x-honeycomb-team=KEY' (or ': KEY') the key, where `name` is a secret's.
 * @param least shorter ones are left: 'postgres' as a password would tear the name of its service apart.
 */
export function hideSecret(name: string, value: string, { hide }: Pick<Context, 'hide'>, least = 0): void {
  if (!isSecretName(name)) return;
  for (const part of [value, ...value.split(',')]) {
    for (const text of [part, part.replace(/^[\w\s-]+[=:]\s*/, '')]) {
      const secret = text.trim();
      if (secret.length >= least && !secret.includes('$')) hide(secret);
    }
  }
}
