export function primesBelow(limit: number): number[] {
  const found: number[] = [];
  for (let n = 2; n < limit; n += 1) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}
