/**
 * What a task asks of a host beyond amounts: a tree over the host's labels and facts. It travels as text in its one printed
 * form (`print.ts`), so that equal expressions are equal as text and their tasks share a lot.
 */
export type Expression =
  /** at least two terms */
  | { kind: 'and' | 'or'; terms: Expression[] }
  | { kind: 'not'; term: Expression }
  /** the host has something of that name that is not 'no', 'false', '0' or empty */
  | { kind: 'has'; name: string }
  | { kind: 'compare'; name: string; operator: Operator; value: string }
  /** equal to one of these */
  | { kind: 'in'; name: string; negated: boolean; values: string[] }

/** `~`: contains, ignoring case; `*` stands for any run of characters. */
export const operators = ['==', '!=', '<=', '>=', '<', '>', '!~', '~'] as const
export type Operator = (typeof operators)[number]

/** Bounds of one expression; a text beyond them does not parse. */
export const expressionLimits = {
  /** of the text, as written and as printed */
  charsMax: 1024,
  /** nested parentheses and negations: bounds every walk */
  depthMax: 16,
  /** names and values in all */
  wordsMax: 128,
} as const

/** Words that are no names unless in quotes. */
export const keywords: ReadonlySet<string> = new Set(['in', 'not', 'and', 'or'])

/** Words that need no quotes. */
export const plainWord = /^[\p{L}\p{N}_.:/@+-]+$/u

const units: Record<string, number> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
}

/** 8, -1.5, 16G, 2Gi (with or without a final B) as a number; undefined: the text is no number. */
export function numberOf(text: string): number | undefined {
  const parts = /^(-?\d{1,15}(?:\.\d{1,15})?)([kmgt]i?)?b?$/i.exec(text)
  return parts ? Number(parts[1]) * units[(parts[2] ?? '').toLowerCase()]! : undefined
}
