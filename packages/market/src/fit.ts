import { shortage } from '@souk/kernel'
import type { Offer, Refusal, Shape } from '@souk/wire'

const never = (code: Refusal['code'], detail: string): Refusal => ({ code, never: true, detail: detail.slice(0, 250) })

/** Why a host with this offer can never run tasks of this shape; undefined when it can. */
export function decideFit(offer: Offer, shape: Shape): Refusal | undefined {
  if (!offer.executors.includes(shape.executor)) {
    return never(
      'executor-not-allowed',
      `${shape.executor} not allowed, allows ${offer.executors.join(', ') || 'nothing'}`,
    )
  }
  if (shape.function !== '' && !offer.functions.includes(shape.function))
    return never('function-unknown', shape.function)
  for (const name in shape.labels) {
    if (offer.labels[name] !== shape.labels[name]) {
      return never('label-missing', `${name}=${shape.labels[name]}, has ${name}=${offer.labels[name] ?? '(none)'}`)
    }
  }
  const short = shortage(offer.capacity, shape.request)
  if (short) {
    const refusal = never('too-large', `${short.resource}: ${short.needed} needed, ${short.available} there`)
    return { ...refusal, shortage: { ...short, available: Math.max(0, short.available) } }
  }
  return undefined
}
