import type { Offer } from '../advert.ts'

/** What a host has under a name; of a list each value counts. */
export type Fact = string | number | readonly string[] | readonly number[]

/** Looks a name up; undefined: the host has nothing of that name. */
export type Facts = (name: string) => Fact | undefined

type KnownFact = (offer: Offer) => Fact

/** Names that mean the same on every host, whatever its labels. Bytes, Mbit/s, whole CPUs; price per hour. */
const knownFacts: Record<string, KnownFact> = {
  cores: ({ capacity }) => capacity.cpuMilli / 1000,
  memory: ({ capacity }) => capacity.memoryBytes,
  disk: ({ capacity }) => capacity.diskBytes,
  network: ({ capacity }) => capacity.networkMbps,
  slots: ({ capacity }) => capacity.slots,
  gpus: ({ capacity }) => capacity.gpuMilli.length,
  'gpu.model': ({ gpus = [] }) => gpus.map(({ model }) => model),
  'gpu.memory': ({ gpus = [] }) => gpus.map(({ memoryBytes }) => memoryBytes),
  price: ({ priceMilli }) => priceMilli / 1000,
  executor: ({ executors }) => executors,
  function: ({ functions }) => functions,
}

/** The names above that are lists. */
const listFacts: ReadonlySet<string> = new Set(['gpu.model', 'gpu.memory', 'executor', 'function'])

export type FactKind = 'text' | 'number' | 'list'

/** The kind of fact that a name stands for on any host; a label, or declared units, counts as text that may be a number. */
export function factKind(name: string): FactKind {
  if (listFacts.has(name)) return 'list'
  return Object.hasOwn(knownFacts, name) ? 'number' : 'text'
}

/** The host's facts: the names above first, then its labels, then its declared units. */
export function factsOf(offer: Offer): Facts {
  return (name) => {
    if (Object.hasOwn(knownFacts, name)) return knownFacts[name]!(offer)
    if (Object.hasOwn(offer.labels, name)) return offer.labels[name]
    return Object.hasOwn(offer.capacity.custom, name) ? offer.capacity.custom[name] : undefined
  }
}
