import type { Static } from '@sinclair/typebox'
import { choice } from './schema.ts'

/**
 * What a host is chosen for among those that could start a task at once. fast: done soonest · pack: the fullest host, so
 * that others stay free · spread: the emptiest · cheap: the lowest price · balanced: room kept whole, then price.
 */
export const objectives = ['balanced', 'fast', 'pack', 'spread', 'cheap'] as const
export const Objective = choice(...objectives)
export type Objective = Static<typeof Objective>
