/** What a sender is told, on its standard input: an argument would show a key to everyone on the machine. */
export interface Ask {
  readonly url: string;
  /** 'http' sends the request; 'tls' and 'tcp' only open the connection (gRPC). */
  readonly mode: 'http' | 'tls' | 'tcp';
  readonly headers: Readonly<Record<string, string>>;
  /** base64 */
  readonly body: string;
  /** The usual proxy variables count: the service's exporter heeds them. */
  readonly proxy: boolean;
  /** File of certificates to trust, in the container. */
  readonly ca?: string;
  readonly ms: number;
}

/** A program that may be in an image, and the script that it is given on standard input. */
export interface Sender {
  readonly by: string;
  /** Constant: no value is ever in it. */
  readonly argv: readonly string[];
  /** Set empty for the sender: what would load the service's own tracing into it. */
  readonly without: readonly string[];
  script(ask: Ask): string;
  /** Its output: JSON as answer.ts reads it; undefined where it says nothing of use. */
  read(out: string): unknown;
}

/** The last line that is a JSON object: a runtime may print warnings of its own before it. */
export function lastJson(out: string): unknown {
  const line = out.split('\n').findLast((one) => one.startsWith('{'));
  try {
    return line === undefined ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

export const packed = (ask: Ask): string => Buffer.from(JSON.stringify(ask)).toString('base64');
