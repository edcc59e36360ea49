import type { BidTerms, Objective, Shape } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { objectiveOf, type Weights, weightsOf } from './objectives.ts'
import { scoreParts, weigh } from './score-bid.ts'

/** How bids for tasks of one shape are compared. */
export interface Scoring {
  objective: Objective
  weights: Weights
  /** the weights that are not zero, as a decision keeps them */
  named: Record<string, number>
  of(terms: BidTerms): { score: number; parts: Record<string, number> }
}

/** The scoring for the objective that the tasks ask for, or that is declared for their class. */
export function scoringOf(shape: Shape, config: MarketConfig): Scoring {
  const objective = objectiveOf(shape, config)
  const weights = weightsOf(objective, config)
  return {
    objective,
    weights,
    named: Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight !== 0)),
    of(terms) {
      const parts = scoreParts(terms, config)
      return { score: weigh(parts, weights), parts }
    },
  }
}
