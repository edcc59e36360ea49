import type { Expression } from './expression.ts'

export type Term = Extract<Expression, { kind: 'has' | 'compare' | 'in' }>

/** One term of a conjunction, with a negation before it or without. */
export interface Literal {
  term: Term
  negated: boolean
}

/** with more conjunctions nothing is decided */
const conjunctionsMax = 64

/** The disjunctive normal form of an expression; undefined: it has too many conjunctions. */
export function conjunctionsOf(expression: Expression, negated = false): Literal[][] | undefined {
  switch (expression.kind) {
    case 'not':
      return conjunctionsOf(expression.term, !negated)
    case 'and':
    case 'or': {
      const parts: Literal[][][] = []
      for (const term of expression.terms) {
        const part = conjunctionsOf(term, negated)
        if (!part) return undefined
        parts.push(part)
      }
      // De Morgan: a negated `and` is an `or` of negated terms, and the other way round.
      return (expression.kind === 'or') !== negated ? bounded(parts.flat()) : productOf(parts)
    }
    default:
      return [[{ term: expression, negated }]]
  }
}

function bounded(conjunctions: Literal[][]): Literal[][] | undefined {
  return conjunctions.length > conjunctionsMax ? undefined : conjunctions
}

function productOf(parts: readonly Literal[][][]): Literal[][] | undefined {
  let product: Literal[][] = [[]]
  for (const part of parts) {
    if (product.length * part.length > conjunctionsMax) return undefined
    product = product.flatMap((left) => part.map((right) => [...left, ...right]))
  }
  return product
}

/** Whether the literal says what a host must not have, and so is true of a host that has nothing of that name. */
export function forbids({ term, negated }: Literal): boolean {
  const opposite = term.kind === 'in' ? term.negated : term.kind === 'compare' && opposites.has(term.operator)
  return opposite !== negated
}

const opposites: ReadonlySet<string> = new Set(['!=', '!~'])

/** The values of which the literal demands one, or forbids all; undefined: it is no comparison for equality. */
export function equalTo({ term }: Literal): readonly string[] | undefined {
  if (term.kind === 'in') return term.values
  return term.kind === 'compare' && (term.operator === '==' || term.operator === '!=') ? [term.value] : undefined
}

export function isPattern({ term }: Literal): boolean {
  return term.kind === 'compare' && (term.operator === '~' || term.operator === '!~')
}
