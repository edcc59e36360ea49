const namedMax = 5

/** `oak, elm and 3 more`: names of peers, the first few of many. */
export function namedList(all: readonly string[]): string {
  const named = all.slice(0, namedMax).join(', ')
  return all.length > namedMax ? `${named} and ${all.length - namedMax} more` : named
}
