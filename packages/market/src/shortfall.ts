import { type ResourceRequest, type ResourceVector, scalarResources } from '@souk/kernel'
import { type Offer, type PeerId, requestsOf, type Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { shapeAs } from './shape.ts'
import { decideWhere } from './where.ts'

export interface KnownHost {
  peer: PeerId
  offer: Offer
}

/**
 * What no known host has: what is needed, and the most there is, such as "needs 64 CPUs; the largest host has 8: h1".
 * Where each thing is somewhere but not all on one host, it says so. undefined: no host is known, or one could run it.
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
  return `each of these is there, but not on one host: ${needs.map(({ what, had }) => `${what} (${namesText(had)})`).join(', ')}`
}

interface Need {
  what: string
  /** hosts that have it */
  had: readonly KnownHost[]
  /** what to say where there are none */
  lack(): string
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
  return [...needs, ...amountNeeds(shape.request, hosts)]
}

function amountNeeds(request: ResourceRequest, hosts: readonly KnownHost[]): Need[] {
  const amounts: [(vector: ResourceVector) => number, number, (n: number) => string][] = [
    ...scalarResources.map((name): (typeof amounts)[number] => [(v) => v[name], request[name], units[name]]),
    ...Object.entries(request.custom).map(([name, n]): (typeof amounts)[number] => {
      return [(v) => (Object.hasOwn(v.custom, name) ? v.custom[name]! : 0), n, (m) => `${m} ${name}`]
    }),
    [(v) => v.gpuMilli.filter((milli) => milli >= request.gpu.milli).length, request.gpu.count, (n) => count(n, 'GPU')],
  ]
  return amounts.flatMap(([amountOf, needed, text]) => {
    if (needed === 0) return []
    const lack = () => {
      const largest = hosts.reduce((a, b) => (amountOf(b.offer.capacity) > amountOf(a.offer.capacity) ? b : a))
      const most = amountOf(largest.offer.capacity)
      return most <= 0
        ? `needs ${text(needed)}; no host has any`
        : `needs ${text(needed)}; the largest host has ${text(most)}: ${nameOf(largest)}`
    }
    return [{ what: text(needed), had: hosts.filter(({ offer }) => amountOf(offer.capacity) >= needed), lack }]
  })
}

/** shown of what others have instead */
const shownMax = 3

function labelsSeen(name: string, hosts: readonly KnownHost[]): string {
  const seen = [
    ...new Set(hosts.flatMap(({ offer }) => (Object.hasOwn(offer.labels, name) ? [offer.labels[name]!] : []))),
  ]
  if (seen.length === 0) return `no host has a label ${name}`
  return `hosts have ${name}=${listText(seen)}`
}

function nearest(where: string, hosts: readonly KnownHost[]): string {
  const told = hosts.map((host) => `${nameOf(host)}: ${decideWhere(host.offer, where)?.detail ?? ''}`)
  return listText(told, '; ')
}

const namesText = (hosts: readonly KnownHost[]): string => listText(hosts.map(nameOf))

function listText(texts: readonly string[], between = ', '): string {
  const more = texts.length > shownMax ? `${between}${texts.length - shownMax} more` : ''
  return `${texts.slice(0, shownMax).join(between)}${more}`
}

/** As its owner calls it, where its label says so. */
const nameOf = ({ peer, offer }: KnownHost): string => offer.labels.host ?? peer

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

const units: Record<(typeof scalarResources)[number], (n: number) => string> = {
  slots: (n) => count(n, 'slot'),
  cpuMilli: (n) => count(Math.round(n) / 1000, 'CPU'),
  memoryBytes: (n) => `${bytesText(n)} of memory`,
  diskBytes: (n) => `${bytesText(n)} of disk`,
  networkMbps: (n) => `${n} Mbit/s`,
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

function bytesText(bytes: number): string {
  const step = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${Math.round((bytes / 1000 ** step) * 10) / 10} ${byteUnits[step]}`
}
