import { type ResourceRequest, scalarResources } from '@souk/kernel'
import { type Offer, type PeerId, type Reason, requestsOf, type Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { capacityFor } from './gang.ts'
import { shapeAs } from './shape.ts'

/** A host as it is known where the question is asked. */
export interface KnownHost {
  peer: PeerId
  reachable: boolean
  offer: Offer
}

/** Something that would let a waiting task start. `hosts`: on how many. */
export interface Help {
  code:
    | 'wait'
    | 'reach'
    | 'undrain'
    | 'ask-less'
    | 'other-gpu'
    | 'without-label'
    | 'without-where'
    | 'add-function'
    | 'allow-executor'
    /** its tenant may have no more there; with `what`, never as much of it as one needs · what must be near or apart stands in the way: as those hosts put it */
    | 'raise-quota'
    | 'untie'
    | 'add-host'
  /** the resource, models, label (name=value), expression, function or executor that it is about */
  what?: string
  /** ask-less: as much of it as the largest of these hosts has, in the resource's own unit; raise-quota of `together`: how many at a time */
  atMost?: number
  /** wait: when the soonest of them may have room */
  etaMs?: number
  hosts: number
  /** the first of them; of a quota: nobody, since only their number is known */
  peers: PeerId[]
}

const peersShownMax = 8

/** What a quota bounds where all of those that start together are more than it allows at a time, on any of the hosts. */
export const togetherResource = 'together'

/**
 * What would let tasks of this shape start, by what hosts offer now: one thing changed at a time, the easiest first.
 * `reasons`: of the last decision, for what busy hosts said; `together`: as many start at once or none. Waiting helps only
 * where hosts that can be asked are large enough for that. Pure; cost: hosts times what the shape asks for.
 */
export function whatWouldHelp(
  shape: Shape,
  hosts: readonly KnownHost[],
  reasons: readonly Reason[],
  together = 1,
): Help[] {
  const able = hosts.filter(({ offer }) => !decideFit(offer, shape))
  const isEnough = (some: readonly KnownHost[]) =>
    together === 1 || capacityFor(some, { shape, size: together }) >= together
  const help: Help[] = []
  const here = able.filter(({ reachable, offer }) => reachable && !offer.draining)
  const isNeverAllowed = reasons.some(({ never, shortage }) => never && shortage?.resource === togetherResource)
  if (!isNeverAllowed && here.length > hostsThatSaid(reasons, isInVain) && isEnough(here))
    help.push({ ...helpOn('wait', here), ...soonest(reasons) })
  help.push(...quotaHelp(reasons))
  const draining = able.filter(({ reachable, offer }) => reachable && offer.draining)
  if (draining.length > 0) help.push(helpOn('undrain', draining))
  const away = able.filter(({ reachable }) => !reachable)
  if (away.length > 0) help.push(helpOn('reach', away))
  help.push(...fromReasons(reasons))
  const addHost: Help = { code: 'add-host', hosts: 0, peers: [] }
  if (able.length > 0) return isEnough(able) && !isNeverAllowed ? help : [...help, addHost]
  for (const change of changesOf(shape)) {
    const fitting = hosts.filter(({ offer }) => !decideFit(offer, change.shape))
    const found = fitting.length > 0 ? change.help(fitting) : undefined
    if (found) help.push(found)
  }
  return [...help, addHost]
}

interface Change {
  shape: Shape
  help(fitting: readonly KnownHost[]): Help | undefined
}

/** The shape with one of its demands taken back, and what to say where that is enough. */
function* changesOf(shape: Shape): Generator<Change> {
  const { where, labels } = shape
  for (const alternative of requestsOf(shape).keys()) yield* lessOf(shapeAs(shape, alternative))
  for (const name in labels) {
    const { [name]: value, ...others } = labels
    yield without('without-label', `${name}=${value}`, { ...shape, labels: others })
  }
  if (where !== undefined) {
    const { where: _, ...rest } = shape
    yield without('without-where', where, rest)
  }
  if (shape.function !== '') yield without('add-function', shape.function, { ...shape, function: '' })
  for (const executor of ['process', 'function'] as const) {
    // A host that would fit but for the kind of work: its owner can allow it.
    if (executor !== shape.executor) yield without('allow-executor', shape.executor, { ...shape, executor })
  }
}

function without(code: Help['code'], what: string, shape: Shape): Change {
  return { shape, help: (fitting) => ({ ...helpOn(code, fitting), what }) }
}

/** With less of one resource, or with devices of any model; of a shape that asks for one thing only. */
function* lessOf(shape: Shape): Generator<Change> {
  const { request } = shape
  const { gpu, custom } = request
  const change = (over: Partial<ResourceRequest>): Shape => ({ ...shape, request: { ...request, ...over } })
  for (const name of scalarResources) {
    const least = name === 'slots' ? 1 : 0
    if (request[name] > least) yield askLess(name, request[name], (n) => change({ [name]: Math.max(least, n) }))
  }
  for (const name in custom) yield askLess(name, custom[name]!, (n) => change({ custom: { ...custom, [name]: n } }))
  if (gpu.count === 0) return
  yield askLess('gpu', gpu.count, (count) => change({ gpu: { ...gpu, count } }))
  const { memoryBytes = 0, models = [], ...plain } = gpu
  if (memoryBytes > 0) {
    yield askLess('gpuMemoryBytes', memoryBytes, (n) => change({ gpu: { ...gpu, memoryBytes: n } }))
  }
  if (models.length > 0) yield without('other-gpu', models.join(' or '), change({ gpu: { ...plain, memoryBytes } }))
}

/** As much as the hosts have that lack nothing else; nothing where they have none of it. */
function askLess(resource: string, asked: number, less: (amount: number) => Shape): Change {
  return {
    shape: less(0),
    help(fitting) {
      const there = fitting.map((host) => ({ host, most: mostThatFits(host.offer, asked, less) }))
      const atMost = Math.max(...there.map(({ most }) => most))
      if (atMost <= 0) return undefined
      const hosts = there.filter(({ most }) => most === atMost).map(({ host }) => host)
      return { ...helpOn('ask-less', hosts), what: resource, atMost }
    },
  }
}

/** The largest amount below what is asked with which it fits; with 0 it does. Less of one thing never fits worse. */
function mostThatFits(offer: Offer, asked: number, less: (amount: number) => Shape): number {
  let fits = 0
  let tooMuch = asked
  while (tooMuch - fits > 1) {
    const middle = fits + Math.floor((tooMuch - fits) / 2)
    if (decideFit(offer, less(middle))) tooMuch = middle
    else fits = middle
  }
  return fits
}

/** Where its tenant has as much as it may, another quota; where one alone is more than that, also to ask for less. */
function quotaHelp(reasons: readonly Reason[]): Help[] {
  const plain = hostsThatSaid(reasons, ({ code, shortage }) => code === 'quota' && !shortage)
  const help: Help[] = plain > 0 ? [{ code: 'raise-quota', hosts: plain, peers: [] }] : []
  for (const { code, shortage, peers: hosts } of reasons) {
    if (code !== 'quota' || !shortage) continue
    const { resource: what, available: atMost } = shortage
    help.push({ code: 'raise-quota', what, ...(what === togetherResource ? { atMost } : {}), hosts, peers: [] })
    if (atMost > 0 && scalarResources.some((name) => name === what))
      help.push({ code: 'ask-less', what, atMost, hosts, peers: [] })
  }
  return help
}

/** What hosts said of what must be near it or apart from it. */
function fromReasons(reasons: readonly Reason[]): Help[] {
  return reasons.flatMap(({ code, detail: what, peers: hosts }): Help[] => {
    return code === 'not-apart' || code === 'not-near' ? [{ code: 'untie', what, hosts, peers: [] }] : []
  })
}

function helpOn(code: Help['code'], on: readonly KnownHost[]): Help {
  return { code, hosts: on.length, peers: on.slice(0, peersShownMax).map(({ peer }) => peer) }
}

/** How many hosts said something of the kind. */
function hostsThatSaid(reasons: readonly Reason[], isMeant: (reason: Reason) => boolean): number {
  return reasons.filter(isMeant).reduce((sum, { peers }) => sum + peers, 0)
}

/** More than its tenant may have there at all; or what it must be near is not there, which no room brings. */
const isInVain = ({ code, never }: Reason): boolean => code === 'not-near' || (code === 'quota' && never)

function soonest(reasons: readonly Reason[]): { etaMs?: number } {
  const times = reasons.flatMap(({ never, etaMs }) => (never || etaMs === undefined ? [] : [etaMs]))
  return times.length > 0 ? { etaMs: Math.min(...times) } : {}
}
