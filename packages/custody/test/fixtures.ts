import { emptyRequest } from '@souk/kernel'
import {
  type Attempt,
  type Ballot,
  type Baton,
  type Decision,
  emptyResult,
  type Outcome,
  type RunResult,
  type TaskRecord,
  type TaskSpec,
  taskId,
} from '@souk/wire'

/** The peer whose custodian or bearer is under test, and the custodian of its tasks. */
export const self = 'origin'
export const wallMs = 1_000_000

export const nonceOf = (name: string): string => name.padEnd(16, '0')
/** The id of the task that is submitted here under this name. */
export const idOf = (name: string): string => taskId(nonceOf(name), self)

export const ballot = (counter = 1, incarnation = 1): Ballot => ({ counter, peer: self, incarnation })

export function spec(over: Partial<TaskSpec> = {}): TaskSpec {
  return {
    name: 'a task',
    tenant: 'tenant',
    class: 'noop',
    work: { kind: 'function', name: 'noop', args: '[]' },
    request: emptyRequest(),
    priority: 'medium',
    labels: {},
    inputs: [],
    outputs: [],
    timeoutMs: 0,
    retries: 0,
    attemptsMax: 3,
    outputBytesMax: 1024,
    durability: 'quorum',
    starts: 'at-least-once',
    expiresMs: 0,
    failIfUnplaceable: false,
    ...over,
  }
}

export function record(name: string, over: Partial<TaskSpec> = {}, custodians: string[] = [self]): TaskRecord {
  return { id: idOf(name), spec: spec(over), origin: self, submittedWallMs: wallMs, custodians, version: 1 }
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

export function attempt(code: string, over: Partial<Attempt> = {}): Attempt {
  return { ballot: ballot(), host: 'worker', code, message: '', ...over }
}

export function baton(name: string, over: Partial<Baton> = {}): Baton {
  return {
    record: record(name),
    ballot: ballot(),
    incarnation: 1,
    path: [self],
    alternates: [],
    bounces: 0,
    moves: 0,
    attempts: [],
    ...over,
  }
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    how: 'auction',
    by: self,
    wallMs,
    decisionMs: 1,
    auctionMs: 1,
    candidates: 1,
    asked: 1,
    bids: [],
    bidsTotal: 0,
    refusals: {},
    refused: [],
    margin: 0,
    weights: {},
    closed: 'all-in',
    reason: 'best of the bids',
    ...over,
  }
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

/** The effects of one type. */
export function only<E extends { type: string }, T extends E['type']>(effects: readonly E[], type: T) {
  return effects.filter((e): e is Extract<E, { type: T }> => e.type === type)
}
