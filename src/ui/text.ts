/** Text with colours of ours: data, so that no escape sequence has to be told from one that stands in a repository. Pure. */

export type Colour = 'red' | 'green' | 'yellow' | 'magenta' | 'grey';
export interface Painted {
  readonly text: string;
  readonly colour: Colour;
}
/** What may be printed: a text, or its pieces, some of them in colour. */
export type Text = string | readonly (string | Painted)[];

export const painted = (text: string, colour: Colour): Painted => ({ text, colour });

/** The text alone. */
export const plain = (text: Text): string => (typeof text === 'string' ? text : text.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join(''));

const SGR: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, magenta: 35, grey: 90 };

/** As a terminal gets it. @param safe what becomes of each piece that is not ours to trust. */
export function colored(text: Text, safe: (piece: string) => string): string {
  if (typeof text === 'string') return safe(text);
  return text.map((piece) => (typeof piece === 'string' ? safe(piece) : `\u001b[${SGR[piece.colour]}m${safe(piece.text)}\u001b[39m`)).join('');
}
