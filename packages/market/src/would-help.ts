import type { Offer, PeerId, Reason, Shape } from '@souk/wire'
import { decideFit } from './fit.ts'

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
    | 'raise-quota'
    | 'reach'
    | 'undrain'
    | 'ask-less'
    | 'without-label'
    | 'add-function'
    | 'allow-executor'
    | 'add-host'
  /** the resource, label (name=value), function or executor that it is about */
  what?: string
  /** ask-less: as much of it as the largest of these hosts has, in the resource's own unit */
  atMost?: number
  /** wait: when the soonest of them may have room */
  etaMs?: number
  hosts: number
  /** the first of them; raise-quota: nobody, since only their number is known */
  peers: PeerId[]
}

const peersShownMax = 8
const scalars = ['slots', 'cpuMilli', 'memoryBytes', 'diskBytes', 'networkMbps'] as const

/**
 * What would let tasks of this shape start, by what hosts offer now: one thing changed at a time, the easiest first.
 * `reasons`: of the last decision, for the time that busy hosts gave. Pure; cost: hosts times what the shape asks for.
 */
export function whatWouldHelp(shape: Shape, hosts: readonly KnownHost[], reasons: readonly Reason[]): Help[] {
  const able = hosts.filter(({ offer }) => !decideFit(offer, shape))
  const help: Help[] = []
  const here = able.filter(({ reachable, offer }) => reachable && !offer.draining)
  const over = overQuota(reasons)
  if (here.length > over.never) help.push({ ...helpOn('wait', here), ...soonest(reasons) })
  if (over.hosts > 0) help.push({ code: 'raise-quota', hosts: over.hosts, peers: [] })
  const draining = able.filter(({ reachable, offer }) => reachable && offer.draining)
  if (draining.length > 0) help.push(helpOn('undrain', draining))
  const away = able.filter(({ reachable }) => !reachable)
  if (away.length > 0) help.push(helpOn('reach', away))
  if (able.length > 0) return help
  for (const change of changesOf(shape)) {
    const fitting = hosts.filter(({ offer }) => !decideFit(offer, change.shape))
    const found = fitting.length > 0 ? change.help(fitting) : undefined
    if (found) help.push(found)
  }
  return [...help, { code: 'add-host', hosts: 0, peers: [] }]
}

interface Change {
  shape: Shape
  help(fitting: readonly KnownHost[]): Help | undefined
}

/** The shape with one of its demands taken back, and what to say where that is enough. */
function* changesOf(shape: Shape): Generator<Change> {
  const { request, labels } = shape
  for (const name of scalars) {
    const least = name === 'slots' ? 1 : 0
    if (request[name] > least) yield askLess(name, shape, { ...shape, request: { ...request, [name]: least } })
  }
  if (request.gpu.count > 0) {
    yield askLess('gpu', shape, { ...shape, request: { ...request, gpu: { ...request.gpu, count: 0 } } })
  }
  for (const name in request.custom) {
    const custom = { ...request.custom, [name]: 0 }
    yield askLess(name, shape, { ...shape, request: { ...request, custom } })
  }
  for (const name in labels) {
    const { [name]: value, ...others } = labels
    const what = `${name}=${value}`
    yield { shape: { ...shape, labels: others }, help: (fitting) => ({ ...helpOn('without-label', fitting), what }) }
  }
  if (shape.function !== '') {
    const what = shape.function
    yield { shape: { ...shape, function: '' }, help: (fitting) => ({ ...helpOn('add-function', fitting), what }) }
  }
  const what = shape.executor
  for (const executor of ['process', 'function'] as const) {
    if (executor === shape.executor) continue
    // A host that would fit but for the kind of work: its owner can allow it.
    const help = (fitting: readonly KnownHost[]) => ({ ...helpOn('allow-executor', fitting), what })
    yield { shape: { ...shape, executor }, help }
  }
}

/** As much as the hosts have that lack nothing else; nothing where they have none of it. */
function askLess(resource: string, shape: Shape, relaxed: Shape): Change {
  return {
    shape: relaxed,
    help(fitting) {
      const there = fitting.map((host) => ({ host, available: decideFit(host.offer, shape)?.shortage?.available ?? 0 }))
      const atMost = Math.max(...there.map(({ available }) => available))
      if (atMost <= 0) return undefined
      const most = there.filter(({ available }) => available === atMost).map(({ host }) => host)
      return { ...helpOn('ask-less', most), what: resource, atMost }
    },
  }
}

function helpOn(code: Help['code'], on: readonly KnownHost[]): Help {
  return { code, hosts: on.length, peers: on.slice(0, peersShownMax).map(({ peer }) => peer) }
}

/** Hosts where the tenant holds as much as it may; `never`: where that is less than one such task asks for. */
function overQuota(reasons: readonly Reason[]): { hosts: number; never: number } {
  const all = reasons.filter(({ code }) => code === 'quota')
  const count = (some: readonly Reason[]): number => some.reduce((sum, { peers }) => sum + peers, 0)
  return { hosts: count(all), never: count(all.filter(({ never }) => never)) }
}

function soonest(reasons: readonly Reason[]): { etaMs?: number } {
  const times = reasons.flatMap(({ never, etaMs }) => (never || etaMs === undefined ? [] : [etaMs]))
  return times.length > 0 ? { etaMs: Math.min(...times) } : {}
}
