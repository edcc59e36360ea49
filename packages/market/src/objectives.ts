import type { Objective, Shape } from '@souk/wire'
import { isFor } from './class-objective.ts'
import type { MarketConfig } from './config.ts'

/**
 * The parts of a bid that are weighed (`scoreParts`), and `spread`: each task of a lot that a bidder is given makes its next
 * one dearer. `affinity` counts under every objective. `late` outweighs all else, so a late bid wins only where all are. A
 * negative weight seeks what the others avoid.
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

/** All guesses; start counts in each, since replays and plans compare hosts at which a task would wait. */
const special: Record<Exclude<Objective, 'balanced'>, Weights> = {
  fast: { ...none, start: 1, finish: 1, spread: 0.1 },
  pack: { ...none, start: 1, fragmentation: 0.2, used: -1 },
  spread: { ...none, start: 1, used: 1, spread: 1 },
  cheap: { ...none, start: 1, price: 1, spread: 0.1 },
}

/** The weights of an objective; those of `balanced` are configured. */
export function weightsOf(objective: Objective, { weights }: Pick<MarketConfig, 'weights'>): Weights {
  return objective === 'balanced' ? { ...none, ...weights } : special[objective]
}

/** The objective of a shape: the one it asks for, else the one declared for its class, else `balanced`. */
export function objectiveOf(
  { objective, class: name }: Pick<Shape, 'objective' | 'class'>,
  { objectives: declared }: Pick<MarketConfig, 'objectives'>,
): Objective {
  return objective ?? declared.find((one) => isFor(one, name))?.objective ?? 'balanced'
}

/** Whether the objective chooses among all hosts: then nothing is kept here, or placed by load stamp, for being at hand. */
export function comparesAll(objective: Objective): boolean {
  return objective !== 'balanced' && objective !== 'fast'
}
