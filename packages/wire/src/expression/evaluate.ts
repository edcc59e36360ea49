import { type Expression, numberOf } from './expression.ts'
import type { Fact, Facts } from './facts.ts'
import { printExpression } from './print.ts'

/**
 * Whether a host with these facts meets the expression. A fact that the host lacks compares as false; `!=`, `!~` and `not in`
 * are the exact opposites of `==`, `~` and `in`, so they are true of it. Of a fact with several values one that fits is enough.
 */
export function meets(expression: Expression, facts: Facts): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.terms.every((term) => meets(term, facts))
    case 'or':
      return expression.terms.some((term) => meets(term, facts))
    case 'not':
      return !meets(expression.term, facts)
    case 'has':
      return valuesOf(facts(expression.name)).some((value) => !hollow.has(String(value).toLowerCase()))
    case 'in': {
      const { name, negated, values } = expression
      return negated !== valuesOf(facts(name)).some((fact) => values.some((value) => isEqual(fact, value)))
    }
    case 'compare':
      return compare(expression, valuesOf(facts(expression.name)))
  }
}

const hollow: ReadonlySet<string> = new Set(['', '0', 'no', 'false'])

function compare(
  { operator, value }: Extract<Expression, { kind: 'compare' }>,
  facts: readonly (string | number)[],
): boolean {
  switch (operator) {
    case '==':
      return facts.some((fact) => isEqual(fact, value))
    case '!=':
      return !facts.some((fact) => isEqual(fact, value))
    case '~':
      return facts.some((fact) => contains(String(fact), value))
    case '!~':
      return !facts.some((fact) => contains(String(fact), value))
    default: {
      const bound = numberOf(value)!
      return facts.some((fact) => isInOrder(typeof fact === 'number' ? fact : numberOf(fact), operator, bound))
    }
  }
}

function isInOrder(fact: number | undefined, operator: '<' | '<=' | '>' | '>=', bound: number): boolean {
  if (fact === undefined) return false
  if (operator === '<') return fact < bound
  if (operator === '<=') return fact <= bound
  return operator === '>' ? fact > bound : fact >= bound
}

/** Numbers as numbers (16G is 16000000000), text to the letter. */
function isEqual(fact: string | number, value: string): boolean {
  return typeof fact === 'number' ? fact === numberOf(value) : fact === value
}

/** Whether the parts between `*` occur in the text one after the other, ignoring case. At most text times pattern steps. */
function contains(text: string, pattern: string): boolean {
  const lower = text.toLowerCase()
  let at = 0
  for (const part of pattern.toLowerCase().split('*')) {
    const found = lower.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}

function valuesOf(fact: Fact | undefined): readonly (string | number)[] {
  if (fact === undefined) return []
  return typeof fact === 'object' ? fact : [fact]
}

/** The first part that a host with these facts does not meet, and what the host has instead; undefined: it meets all. */
export function unmetText(expression: Expression, facts: Facts): string | undefined {
  if (meets(expression, facts)) return undefined
  if (expression.kind === 'and') return unmetText(expression.terms.find((term) => !meets(term, facts))!, facts)
  const seen = [...namesOf(expression)].map((name) => `${name} is ${factText(facts(name))}`)
  return `${printExpression(expression)}: ${seen.join(', ')}`
}

function factText(fact: Fact | undefined): string {
  const values = valuesOf(fact)
  return values.length === 0 ? 'not there' : values.slice(0, 4).join(', ')
}

/** Every name in the expression, in order of appearance. */
function namesOf(expression: Expression): Set<string> {
  if ('terms' in expression) return new Set(expression.terms.flatMap((term) => [...namesOf(term)]))
  return 'term' in expression ? namesOf(expression.term) : new Set([expression.name])
}
