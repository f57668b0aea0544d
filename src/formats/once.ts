/**
 * Reads a text once for many questions in a row: keeps the answer for the last text only. For readers that are pure,
 * so nobody can tell but by the time it takes: asking each of n lines for its place would read the file n times.
 */
export function once<T>(read: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly answer: T } | undefined;
  return text => {
    if (last?.text !== text) last = { text, answer: read(text) };
    return last.answer;
  };
}
