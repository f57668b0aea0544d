/** Standard output that takes nothing, in words. Read by the gate too, so it knows nothing of the program. */

const REASONS: Readonly<Record<string, string>> = { ENOSPC: 'no space left', EBADF: 'it is closed, or not open for writing', EDQUOT: 'the quota is used up', EFBIG: 'the file is too large', EACCES: 'it may not be written' };

/** @param code as the system names it: 'ENOSPC'. */
export const unwritten = ({ stream = 'standard output', code }: { readonly stream?: string; readonly code: string }): string =>
  `${stream.charAt(0).toUpperCase()}${stream.slice(1)} could not be written: ${REASONS[code] ?? code}.`;
