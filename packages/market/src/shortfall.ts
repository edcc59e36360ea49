import { type ResourceRequest, type ResourceVector, scalarResources, unitsOf } from '@souk/kernel'
import { type Offer, requestsOf, type Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { shapeAs } from './shape.ts'
import { gpuKindNeeds } from './shortfall-gpus.ts'
import {
  bytesText,
  bytesTexts,
  count,
  type KnownHost,
  listText,
  type Need,
  nameOf,
  namesText,
} from './shortfall-need.ts'
import { decideWhere } from './where.ts'

/**
 * In words why no known host can run such a task: what it needs and the most there is, such as "needs 64 CPUs; the largest
 * host has 8: h1", or that no one host has all of it. Undefined: no host is known, or one could run it.
 */
export function shortfallText(shape: Shape, hosts: readonly KnownHost[]): string | undefined {
  if (hosts.length === 0 || hosts.some(({ offer }) => !decideFit(offer, shape))) return undefined
  const texts = requestsOf(shape).map((_, alternative) => shortfallOf(shapeAs(shape, alternative), hosts))
  return [...new Set(texts)].join('; or instead: ')
}

function shortfallOf(shape: Shape, hosts: readonly KnownHost[]): string {
  const needs = needsOf(shape, hosts)
  const missing = needs.filter(({ had }) => had.length === 0)
  if (missing.length > 0) return missing.map(({ lack }) => lack()).join('; ')
  // What every host has does not tell them apart.
  const apart = needs.filter(({ had }) => had.length < hosts.length)
  return `each of these is there, but not on one host: ${apart.map(({ what, had }) => `${what} (${namesText(had)})`).join(', ')}`
}

function needsOf(shape: Shape, hosts: readonly KnownHost[]): Need[] {
  const need = (what: string, has: (offer: Offer) => boolean, lack: () => string): Need => ({
    what,
    had: hosts.filter(({ offer }) => has(offer)),
    lack,
  })
  const { executor, where } = shape
  const needs = [
    need(
      `${executor} tasks`,
      (offer) => offer.executors.includes(executor),
      () => `no host runs ${executor} tasks`,
    ),
  ]
  if (shape.function !== '') {
    const has = (offer: Offer) => offer.functions.includes(shape.function)
    needs.push(need(`function ${shape.function}`, has, () => `no host has the function '${shape.function}'`))
  }
  for (const [name, value] of Object.entries(shape.labels)) {
    const has = (offer: Offer) => offer.labels[name] === value
    needs.push(need(`${name}=${value}`, has, () => `needs the label ${name}=${value}; ${labelsSeen(name, hosts)}`))
  }
  if (where !== undefined) {
    const has = (offer: Offer) => !decideWhere(offer, where)
    needs.push(need(where, has, () => `no host meets ${where}: ${nearest(where, hosts)}`))
  }
  return [...needs, ...amountNeeds(shape.request, hosts), ...gpuKindNeeds(shape.request.gpu, hosts)]
}

function amountNeeds(request: ResourceRequest, hosts: readonly KnownHost[]): Need[] {
  const amounts: [(vector: ResourceVector) => number, number, AmountText][] = [
    ...scalarResources.map((name): (typeof amounts)[number] => [(v) => v[name], request[name], units[name]]),
    ...Object.entries(request.custom).map(([name, n]): (typeof amounts)[number] => {
      return [(v) => unitsOf(v.custom, name), n, (m) => `${m} ${name}`]
    }),
    [(v) => v.gpuMilli.filter((milli) => milli >= request.gpu.milli).length, request.gpu.count, (n) => count(n, 'GPU')],
  ]
  return amounts.flatMap(([amountOf, needed, text]) => {
    if (needed === 0) return []
    const lack = () => {
      const largest = hosts.reduce((a, b) => (amountOf(b.offer.capacity) > amountOf(a.offer.capacity) ? b : a))
      const most = amountOf(largest.offer.capacity)
      if (most <= 0) return `needs ${text(needed)}; no host has any`
      const [asked, there] = bytesTexts(needed, most)
      return `needs ${text(needed, asked)}; the largest host has ${text(most, there)}: ${nameOf(largest)}`
    }
    return [{ what: text(needed), had: hosts.filter(({ offer }) => amountOf(offer.capacity) >= needed), lack }]
  })
}

function labelsSeen(name: string, hosts: readonly KnownHost[]): string {
  const seen = [
    ...new Set(hosts.flatMap(({ offer }) => (Object.hasOwn(offer.labels, name) ? [offer.labels[name]!] : []))),
  ]
  if (seen.length === 0) return `no host has a label ${name}`
  return `hosts have ${name}=${listText(seen)}`
}

function nearest(where: string, hosts: readonly KnownHost[]): string {
  const told = hosts.map((host) => {
    const detail = decideWhere(host.offer, where)?.detail ?? ''
    // If the expression is one comparison, its text was said just before.
    return `${nameOf(host)}: ${detail.startsWith(`${where}: `) ? detail.slice(where.length + 2) : detail}`
  })
  return listText(told, '; ')
}

/** `bytes`: the text of an amount of bytes, if it is to be written in another way than usual. */
type AmountText = (n: number, bytes?: string) => string

const units: Record<(typeof scalarResources)[number], AmountText> = {
  slots: (n) => count(n, 'slot'),
  cpuMilli: (n) => count(Math.round(n) / 1000, 'CPU'),
  memoryBytes: (n, bytes = bytesText(n)) => `${bytes} of memory`,
  diskBytes: (n, bytes = bytesText(n)) => `${bytes} of disk`,
  networkMbps: (n) => `${n} Mbit/s`,
}

/** An amount of a resource that a quota bounds, in words. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'tasks') return count(amount, 'task')
  if (resource === 'gpuMilli') return count(Math.round(amount) / 1000, 'GPU')
  const name = scalarResources.find((each) => each === resource)
  return name ? units[name](amount) : `${amount} ${resource}`
}
