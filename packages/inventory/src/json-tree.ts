/** Part of an answer in JSON of a tool whose versions differ: nothing about it is certain. */
export type Tree = Record<string, unknown>

export function parseTree(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const treesIn = (value: unknown): Tree[] => (Array.isArray(value) ? value.filter(isTree) : [])

/** What is at a path of names; undefined where something on the way is missing. */
export function at(tree: unknown, ...names: string[]): unknown {
  let value = tree
  for (const name of names) value = isTree(value) ? value[name] : undefined
  return value
}

/** Text at a path; a number counts as text. */
export function textAt(tree: unknown, ...names: string[]): string | undefined {
  const value = at(tree, ...names)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}
