import { meets } from './evaluate.ts'
import { type Expression, numberOf } from './expression.ts'
import { type Fact, type FactKind, factKind } from './facts.ts'
import { conjunctionsOf, equalTo, forbids, isPattern, type Literal } from './literals.ts'
import { printExpression } from './print.ts'

/** terms looked at for one expression, which takes a few milliseconds; what is not decided by then is taken to hold */
const looksMax = 20_000

/** How many terms may still be looked at. */
interface Budget {
  left: number
}

/**
 * The parts that no host can meet together, such as `zone == a and zone == b`; undefined: a host may meet them, or it is not
 * decided (patterns against patterns, more than 64 conjunctions, too many terms). `labels`: further labels that are asked for.
 */
export function contradictionOf(expression: Expression, labels: Record<string, string>): string | undefined {
  const conjunctions = conjunctionsOf(expression)
  if (!conjunctions) return undefined
  const asked = labelLiterals(labels)
  const budget = { left: looksMax }
  let first: Literal[] | undefined
  for (const conjunction of conjunctions) {
    const clash = clashIn([...asked, ...conjunction], budget)
    if (!clash) return undefined
    first ??= clash
  }
  return first && fewestOf(first, { left: looksMax }).map(literalText).join(' and ')
}

function labelLiterals(labels: Record<string, string>): Literal[] {
  return Object.entries(labels)
    .filter(([name]) => factKind(name) === 'text')
    .map(([name, value]) => ({ term: { kind: 'compare', name, operator: '==', value }, negated: false }))
}

function literalText({ term, negated }: Literal): string {
  return printExpression(negated ? { kind: 'not', term } : term)
}

/** All literals about one name that no fact can meet together; undefined: there is no such name. */
function clashIn(conjunction: readonly Literal[], budget: Budget): Literal[] | undefined {
  for (const name of new Set(conjunction.map(({ term }) => term.name))) {
    const literals = conjunction.filter(({ term }) => term.name === name)
    if (!canHold(literals, factKind(name), budget)) return literals
  }
  return undefined
}

/** One or two of the clashing literals if these suffice for a clash, else all. */
function fewestOf(literals: Literal[], budget: Budget): Literal[] {
  const kind = factKind(literals[0]!.term.name)
  for (const [i, one] of literals.entries()) {
    if (!canHold([one], kind, budget)) return [one]
    const other = literals.slice(i + 1).find((each) => !canHold([one, each], kind, budget))
    if (other) return [one, other]
  }
  return literals
}

function canHold(literals: readonly Literal[], kind: FactKind, budget: Budget): boolean {
  if (kind !== 'list') return canHoldOfOne(literals, kind, budget)
  // Different values of the list may meet different literals, but what is forbidden is forbidden of every value.
  const forbidden = literals.filter(forbids)
  return literals
    .filter((literal) => !forbids(literal))
    .every((needed) => canHoldOfOne([needed, ...forbidden], 'text', budget))
}

function canHoldOfOne(literals: readonly Literal[], kind: FactKind, budget: Budget): boolean {
  const needed = literals.find((literal) => equalTo(literal) && !forbids(literal))
  if (!needed && literals.some(isPattern)) return true
  const values = needed ? equalTo(needed)!.flatMap((value) => asFact(value, kind)) : samples(literals, kind)
  const holds = ({ term, negated }: Literal, fact: Fact | undefined) => {
    return budget.left-- <= 0 || meets(term, () => fact) !== negated
  }
  return values.some((fact) => literals.every((literal) => holds(literal, fact)))
}

function asFact(value: string, kind: FactKind): Fact[] {
  const number = numberOf(value)
  // A name may be a label (text) or declared units (a number): which is known only with the host.
  return [...(kind === 'text' ? [value] : []), ...(number === undefined ? [] : [number])]
}

/** Where no literal demands equality: one value for each way in which a host's fact can lie among the values named. */
function samples(literals: readonly Literal[], kind: FactKind): (Fact | undefined)[] {
  const numbers = literals.flatMap(({ term }) => {
    const values = term.kind === 'in' ? term.values : term.kind === 'compare' ? [term.value] : []
    return values.flatMap((value) => numberOf(value) ?? [])
  })
  const sorted = [...new Set([0, 1, ...numbers])].sort((a, b) => a - b)
  const between = sorted.slice(1).map((number, i) => (number + sorted[i]!) / 2)
  const ends = [sorted[0]! - 1, sorted.at(-1)! * 2 + 1]
  const all = [...sorted, ...between, ...ends]
  if (kind === 'number') return all.filter((number) => number >= 0)
  // Also a text that no literal names and that `has` takes for there.
  return [undefined, '', 'no', `other than ${literals.map(literalText).join()}`, ...all]
}
