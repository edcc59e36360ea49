import { shortage } from '@souk/kernel'
import type { Offer, Refusal, Shape } from '@souk/wire'
import { gpuRefusal } from './gpu-fit.ts'
import { decideWhere } from './where.ts'

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
  if (shape.where !== undefined) {
    const unmet = decideWhere(offer, shape.where)
    if (unmet) return unmet
  }
  const short = shortage(offer.capacity, shape.request, offer.gpus)
  if (short) {
    const { resource, needed, available } = short
    const refusal =
      gpuRefusal(short, shape.request.gpu, offer) ??
      never('too-large', `${resource}: ${needed} needed, ${available} there`)
    return refusal.code === 'too-large'
      ? { ...refusal, shortage: { ...short, available: Math.max(0, available) } }
      : refusal
  }
  return undefined
}
