import { backendOf } from '../backends/index.ts';
import { languageOf } from '../languages/index.ts';
import { guided } from './guide.ts';
import type { Choices, Service, Stuck, Tracing, Workspace } from '../types.ts';

/**
 * What a chosen service needs to be traced: the language's needs, then the backend's; or why that cannot be known or the language cannot do it.
 * @throws Stop as the backend does (an unknown name, a missing endpoint).
 */
export function gather(workspace: Workspace, service: Service, choices: Choices): Tracing | Stuck {
  const { app, unread } = service;
  if (unread !== undefined) return unread;
  const language = app === undefined ? undefined : languageOf(app.language);
  if (app === undefined || language === undefined) return { stuck: `${service.name}: its language was not recognised.` };
  const tracing = language.trace(app, service, workspace.files);
  const sending = backendOf(choices.backend).needs(service, choices);
  if ('stuck' in tracing) return language.byHand === true ? guided(tracing, service, sending) : tracing;
  return { needs: [...tracing.needs, ...sending], notes: tracing.notes };
}
