/** Which requests a service gets: few, and none that a reader of its routes would hesitate to click. Pure. */
import { EXIT, Stop } from '../../stop.ts';

/** Requests a service, the first one included. */
const MOST = 5;
/** A GET should change nothing; by these names it may all the same, or it never ends. */
const LEFT_OUT = /delete|remove|destroy|drop|reset|log-?out|sign-?out|shut-?down|kill|quit|exit|stop|start|restart|purge|clear|clean|flush|wipe|seed|migrat|unsubscribe|crash|panic|throw|raise|send|mail|pay|charge|checkout|cancel|deploy|sync|trigger|run|import|export|backup|download|stream|event|sse|socket|(?:^|[/-])ws(?:$|[/-])|hook|callback|oauth|admin|debug/i;
const HEALTH = /(?:^|[/_-])(?:health[a-zA-Z0-9]*|ready|readyz|live|livez|liveness|readiness|ping|status|up|heartbeat)(?:$|[/_-])/i;

export const isHealth = (route: string): boolean => HEALTH.test(route);

/** '/', then a health route, then others of the source. @param asked what --request named: only that. */
export function requestsFor(routes: readonly string[], asked: readonly string[]): readonly string[] {
  if (asked.length > 0) return asked;
  const safe = routes.filter((route) => route !== '/' && !LEFT_OUT.test(route) && !/\.\w{2,5}$/.test(route));
  const health = safe.filter(isHealth).slice(0, 1);
  return ['/', ...health, ...safe.filter((route) => !isHealth(route))].slice(0, MOST);
}

/** 'GET /path' or '/path' → '/path'. @throws Stop (2) for another method: verify changes nothing in an application. */
export function askedRequest(text: string): string {
  const [, method = 'GET', path] = /^(?:([A-Za-z]+)\s+)?(\/\S*)$/.exec(text.trim()) ?? [];
  if (path === undefined) throw new Stop(EXIT.usage, `--request "${text}" is no request.`, "write it like --request 'GET /api/items'");
  if (method.toUpperCase() !== 'GET') throw new Stop(EXIT.usage, `--request "${text}": only GET is sent, because verify must change nothing in your application.`, 'send others yourself meanwhile: --no-traffic');
  return path;
}
