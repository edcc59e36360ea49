import { type ResourceRequest, type Shortage, shortage } from '@souk/kernel'
import { type Offer, type Refusal, requestsOf, type Shape } from '@souk/wire'
import { gpuRefusal } from './gpu-fit.ts'
import { never } from './refusal.ts'
import { decideWhere } from './where.ts'

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
  return decideAmounts(offer, shape)
}

/** One alternative must fit into the host when it is empty; if none does, what each of them lacks. */
function decideAmounts(offer: Offer, shape: Shape): Refusal | undefined {
  const lacks: Refusal[] = []
  for (const request of requestsOf(shape)) {
    const short = shortage(offer.capacity, request, offer.gpus)
    if (!short) return undefined
    lacks.push(lackOf(short, request, offer))
  }
  return lacks.length === 1 ? lacks[0] : never('too-large', lacks.map(({ detail }) => detail).join(', or '))
}

function lackOf(short: Shortage, request: ResourceRequest, offer: Offer): Refusal {
  const { resource, needed, available } = short
  const refusal =
    gpuRefusal(short, request.gpu, offer) ?? never('too-large', `${resource}: ${needed} needed, ${available} there`)
  return refusal.code === 'too-large'
    ? { ...refusal, shortage: { ...short, available: Math.max(0, available) } }
    : refusal
}
