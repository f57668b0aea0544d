/** A service's secrets, hidden in everything that is printed from now on. */
import type { Service } from '../types.ts';
import { isSecretName } from '../ui/redact.ts';
import type { Context } from './context.ts';

/** Whole values, the parts of a list, and of 'x-honeycomb-team=KEY' the key. */
export function hideSecretsOf({ env }: Pick<Service, 'env'>, { hide }: Pick<Context, 'hide'>): void {
  for (const { name, value } of env) {
    if (value === undefined || !isSecretName(name)) continue;
    for (const part of [value, ...value.split(',')]) for (const text of [part, part.slice(part.indexOf('=') + 1)]) hide(text.trim());
  }
}
