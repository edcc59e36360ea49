import { type Static, Type } from '@sinclair/typebox'
import type { LinkLine, PeerLine, Status } from '../api.ts'
import { DrainAnswer } from './drain.ts'
import { RebalanceBody } from './rebalance.ts'
import { StragglerBody } from './straggler.ts'
import {
  choice,
  dictionary,
  IsoTime,
  int,
  list,
  PeerIdText,
  plainRecord,
  strict,
  TaskIdText,
  text,
} from './vocabulary.ts'

const optional = Type.Optional
const name = text(256)
const way = choice('direct', 'relayed')

export const PeerLineBody = Type.Unsafe<PeerLine>(
  strict({
    id: PeerIdText,
    name,
    role: text(32),
    self: Type.Boolean(),
    state: choice('alive', 'suspect', 'dead', 'left', 'unknown'),
    connected: Type.Boolean(),
    rttMs: optional(Type.Number()),
    way: optional(way),
    receivedMbps: optional(Type.Number()),
    sentMbps: optional(Type.Number()),
    summary: name,
    capacity: plainRecord,
    free: optional(plainRecord),
    executors: list(text(32), 16),
    functions: list(name, 1024),
    labels: dictionary(name, 256),
    running: int(),
    waiting: int(),
    draining: Type.Boolean(),
    addresses: list(name, 64),
    advert: optional(strict({ seq: int(), heardAt: optional(IsoTime) })),
  }),
)
export const LinkLineBody = Type.Unsafe<LinkLine>(
  strict({
    id: PeerIdText,
    name,
    addresses: list(name, 64),
    discovered: Type.Boolean(),
    dialled: Type.Boolean(),
    connected: Type.Boolean(),
    way: optional(way),
    authenticated: Type.Boolean(),
    subscribed: Type.Boolean(),
    receivedMbps: optional(Type.Number()),
    sentMbps: optional(Type.Number()),
    failures: int(),
    lastError: optional(strict({ code: name, message: text() })),
  }),
)
export const LinksAnswer = strict({ links: list(LinkLineBody, 4096) })
export const PeersAnswer = strict({ peers: list(PeerLineBody, 4096) })

const keeper = choice('cgroup-v2', 'cgroup-v1', 'watchdog', 'nothing')

const AuditBreachBody = strict({
  code: text(64),
  task: optional(TaskIdText),
  resource: name,
  seen: Type.Number(),
  allowed: Type.Number(),
})

export const StatusBody = Type.Unsafe<Status>(
  strict({
    self: PeerIdText,
    name,
    mesh: name,
    version: name,
    role: text(32),
    incarnation: int(),
    uptimeMs: int(),
    addresses: list(name, 64),
    offer: plainRecord,
    free: plainRecord,
    peers: strict({ alive: int(), suspect: int(), dead: int() }),
    keeping: strict({
      members: int(),
      keepers: int(),
      custodians: Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)]),
      here: Type.Boolean(),
      heardFromMajority: Type.Boolean(),
    }),
    drain: DrainAnswer,
    stragglers: list(StragglerBody, 256),
    rebalance: RebalanceBody,
    scaling: optional(strict({ kind: name, able: Type.Boolean() })),
    limits: strict({ memory: keeper, cpu: keeper, processes: keeper, reason: text(4096) }),
    audit: strict({ breaches: list(AuditBreachBody, 64), breachesEver: int() }),
    timers: list(strict({ machine: text(32), inMs: int() }), 32),
    tasks: dictionary(int(), 64),
    store: strict({ ok: Type.Boolean(), code: optional(name), message: optional(text()) }),
    counters: dictionary(Type.Number(), 4096),
  }),
)

/** who answers, and what the token may do */
export const WhoAnswer = strict({ self: PeerIdText, name, mesh: name, version: name, role: text(32) })
export type WhoAnswer = Static<typeof WhoAnswer>
export const HealthAnswer = strict({ ok: Type.Boolean() })
