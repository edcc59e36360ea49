import type { Refusal, Shortage } from '@souk/wire'
import { amountText } from './shortfall.ts'

/** In words, where a quota can never hold one such task: what it needs, and the most that its tenant may have on any host. */
export function quotaShortText(refused: readonly { refusal: Refusal }[]): string | undefined {
  const short = refused.flatMap(({ refusal }) =>
    refusal.code === 'quota' && refusal.never && refusal.shortage ? [refusal.shortage] : [],
  )
  if (short.length === 0) return undefined
  const { resource, needed, available } = short.reduce((a, b) => (shareOf(b) > shareOf(a) ? b : a))
  const [needs, may] = [amountText(resource, needed), amountText(resource, available)]
  const hosts = short.length === 1 ? 'the host' : `any of the ${short.length} hosts`
  return `needs ${needs}; its tenant may have at most ${may} on ${hosts} that could run it (quota)`
}

const shareOf = ({ available, needed }: Shortage): number => available / needed
