import {
  type Attempt,
  type Ballot,
  type Baton,
  type Decision,
  emptyResult,
  type Outcome,
  plainSpec,
  type RunResult,
  type Taker,
  type TaskRecord,
  type TaskSpec,
  taskId,
} from '@souk/wire'
import type { Keeper } from '../src/index.ts'
import { firstVersion, nextVersion } from '../src/version.ts'

/** The peer that the tests' tasks are submitted to; it keeps none of them unless a test says so. */
export const origin = 'origin'
/** Who keeps the tests' tasks, by rank. */
export const trio = ['c1', 'c2', 'c3']
export const wallMs = 1_000_000

export const nonceOf = (name: string): string => name.padEnd(23, '0')
/** The id of the task that is submitted under this name. */
export const idOf = (name: string): string => taskId(nonceOf(name))

/** The origin's own ballot, unless another peer is named. */
export const ballot = (counter = 1, peer = origin, incarnation = 1): Ballot => ({ counter, peer, incarnation })

/** Version so-and-so many of a task, with these custodians. */
export const versionOf = (number: number, custodians = trio): number =>
  number === 1 ? firstVersion(custodians) : nextVersion(versionOf(number - 1, custodians), custodians)

/** What names a vote, on the first version of a task unless told otherwise. */
export const vote = (name: string, b = ballot(), version = versionOf(1)) => ({ task: idOf(name), version, ballot: b })

export const spec = plainSpec

export function record(name: string, over: Partial<TaskSpec> = {}, custodians = trio, number = 1): TaskRecord {
  const version = versionOf(number, custodians)
  return { id: idOf(name), spec: spec(over), origin, submittedWallMs: wallMs, custodians, version }
}

export function result(over: Partial<RunResult> = {}): RunResult {
  return { ...emptyResult('ok', 0, ''), runMs: 1, cpuMs: 1, ...over }
}

export function outcome(over: Partial<Outcome> = {}): Outcome {
  return {
    kind: 'succeeded',
    code: 'ok',
    message: '',
    ballot: ballot(),
    host: 'worker',
    result: result(),
    attempts: [],
    endedWallMs: wallMs,
    ...over,
  }
}

/** That a task has this outcome, as a decree. */
export const ends = (over: Partial<Outcome> = {}) => ({ kind: 'outcome', outcome: outcome(over) }) as const
/** That these keep it from now on, as a decree. */
export const next = (custodians: string[]) => ({ kind: 'next', custodians }) as const

export function attempt(code: string, over: Partial<Attempt> = {}): Attempt {
  return { ballot: ballot(), host: 'worker', code, message: '', ...over }
}

export function baton(name: string, over: Partial<Baton> = {}): Baton {
  return {
    record: record(name),
    ballot: ballot(),
    incarnation: 1,
    offeredMs: 2 ** 40,
    path: [origin],
    alternates: [],
    bounces: 0,
    moves: 0,
    leaseAgeMs: 0,
    attempts: [],
    ...over,
  }
}

/** One that offered to take work in the future: whatever comes of that is not yet old. */
export const taker = (peer: string): Taker => ({ peer, incarnation: 1, offeredMs: 2 ** 40 })

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    how: 'auction',
    by: origin,
    wallMs,
    decisionMs: 1,
    auctionMs: 1,
    candidates: 1,
    asked: 1,
    bids: [],
    bidsTotal: 0,
    refusals: {},
    reasons: [],
    refused: [],
    margin: 0,
    weights: {},
    closed: 'all-in',
    reason: 'best of the bids',
    ...over,
  }
}

/** Members that keep custody, each failing by itself unless it is given a domain (`peer@domain`). */
export function keepers(...peers: string[]): Keeper[] {
  return peers.map((text) => {
    const [peer, domain = peer] = text.split('@')
    return { peer: peer!, domain: domain! }
  })
}

type MessageIn<E> = Extract<E, { type: 'send' }> extends { message: infer M } ? M : never

/** The messages of one tag among these effects, with their receivers. */
export function sent<E extends { type: string }, T extends (MessageIn<E> & { t: string })['t']>(
  effects: readonly E[],
  tag: T,
): { to: string; message: Extract<MessageIn<E>, { t: T }> }[] {
  const found: { to: string; message: Extract<MessageIn<E>, { t: T }> }[] = []
  for (const effect of effects as readonly { type: string; to?: string; message?: { t: string } }[]) {
    if (effect.type !== 'send' || effect.message?.t !== tag) continue
    found.push({ to: effect.to!, message: effect.message as Extract<MessageIn<E>, { t: T }> })
  }
  return found
}

/** Who is told a message of this tag. */
export const told = <E extends { type: string }, T extends (MessageIn<E> & { t: string })['t']>(
  effects: readonly E[],
  tag: T,
): string[] => sent(effects, tag).map(({ to }) => to)

/** The effects of one type. */
export function only<E extends { type: string }, T extends E['type']>(effects: readonly E[], type: T) {
  return effects.filter((e): e is Extract<E, { type: T }> => e.type === type)
}
