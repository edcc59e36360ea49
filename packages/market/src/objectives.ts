import type { Objective, Shape } from '@souk/wire'
import { isFor } from './class-objective.ts'
import type { MarketConfig } from './config.ts'

/**
 * What is weighed of a bid (`scoreParts`), and `spread`: each task of a lot that a bidder is given makes its next one
 * dearer. `affinity`: company that is preferred counts for each. `late`: a bid that cannot make the deadline is taken
 * where no other can either. A negative weight seeks what the others avoid.
 */
export const weighed = [
  'start',
  'finish',
  'fragmentation',
  'used',
  'price',
  'spread',
  'affinity',
  'raced',
  'late',
] as const
export type Weights = Record<(typeof weighed)[number], number>

const none: Weights = {
  start: 0,
  finish: 0,
  fragmentation: 0,
  used: 0,
  price: 0,
  spread: 0,
  affinity: 0.5,
  raced: 0.05,
  late: 1_000,
}

/** Guesses all of them; start counts in each, so that replays and plans compare hosts that would wait. */
const special: Record<Exclude<Objective, 'balanced'>, Weights> = {
  fast: { ...none, start: 1, finish: 1, spread: 0.1 },
  pack: { ...none, start: 1, fragmentation: 0.2, used: -1 },
  spread: { ...none, start: 1, used: 1, spread: 1 },
  cheap: { ...none, start: 1, price: 1, spread: 0.1 },
}

/** The weights of an objective; of `balanced` those that are configured. */
export function weightsOf(objective: Objective, { weights }: Pick<MarketConfig, 'weights'>): Weights {
  return objective === 'balanced' ? { ...none, ...weights } : special[objective]
}

/** What tasks of this shape are placed for: what they ask for themselves, else what is declared for their class. */
export function objectiveOf(
  { objective, class: name }: Pick<Shape, 'objective' | 'class'>,
  { objectives: declared }: Pick<MarketConfig, 'objectives'>,
): Objective {
  return objective ?? declared.find((one) => isFor(one, name))?.objective ?? 'balanced'
}

/** A host is chosen among many for its own sake, be it this one: nothing is kept here or taken first for being at hand. */
export function comparesAll(objective: Objective): boolean {
  return objective !== 'balanced' && objective !== 'fast'
}
