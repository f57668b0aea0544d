/** Services keep the colour that they get first; page.css has twelve, and then they repeat: the name always stands beside it. */
const given = new Map<string, number>();

export function colourOf(service: string): string {
  const known = given.get(service) ?? given.size % 12;
  given.set(service, known);
  return `c${known}`;
}
