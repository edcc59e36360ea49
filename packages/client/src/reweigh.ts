/** Other weights for the bids of a decision: those of an objective, or each term's own (what is left out counts nothing). */
export type Reweighing =
  | { objective: 'balanced' | 'fast' | 'pack' | 'spread' | 'cheap' }
  | { weights: Readonly<Record<string, number>> }

/** The same bids scored again; the task stays where it is. */
export interface Reweighed {
  weights: Record<string, number>
  /** the kept ones, best first; those that could not start at once come last */
  bids: Record<string, unknown>[]
  /** how many there were: one that was not kept might have done better */
  bidsTotal: number
  /** absent where no bid could start at once */
  winner?: string
  /** score of the second less that of the first */
  margin: number
  /** it would have gone elsewhere than it did */
  changed: boolean
}
