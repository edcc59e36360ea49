import type { TraceEvent } from '@souk/peer'
import type { Decision } from '@souk/wire'
import { expect, test } from 'vitest'
import { createLogger, type LogOptions, logDriver, logTrace, tracesFrom } from '../src/index.ts'

const ballot = { counter: 2, peer: '12D3KooWpeerabcdef', incarnation: 3 }
const decision: Decision = {
  how: 'auction',
  by: 'a',
  wallMs: 1,
  decisionMs: 4.5,
  auctionMs: 3,
  candidates: 5,
  asked: 4,
  bids: [],
  bidsTotal: 3,
  refusals: {},
  reasons: [],
  refused: [],
  margin: 0.2,
  weights: { start: 1 },
  closed: 'all-in',
  reason: 'best start',
}

function capture(level: LogOptions['level']) {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  const logger = createLogger({ level, base: { self: 'me' }, destination })
  return { lines, logger, trace: logTrace(logger) }
}

test('an event is one line: its type as message, its fields flat, the peer in it', () => {
  const { lines, trace } = capture('debug')
  trace({ at: 12.4, type: 'task.awarded', task: 't', ballot, to: 'b', decision })
  expect(lines).toMatchObject([
    {
      level: 20,
      self: 'me',
      msg: 'task.awarded',
      event: 'task.awarded',
      task: 't',
      to: 'b',
      ballot: '2.abcdef.3',
      atMs: 12,
      decision: {
        how: 'auction',
        candidates: 5,
        asked: 4,
        bids: 3,
        decisionMs: 4.5,
        closed: 'all-in',
        reason: 'best start',
      },
    },
  ])
})

test('whose log it is and whom an event is about are two fields', () => {
  const { lines, trace } = capture('info')
  trace({ at: 1, type: 'link.up', peer: 'b', name: 'beta' })
  expect(lines).toMatchObject([{ self: 'me', peer: 'b', name: 'beta' }])
})

test('levels follow what a person must see', () => {
  const { lines, trace } = capture('info')
  const events: TraceEvent[] = [
    { at: 1, type: 'peer.started', incarnation: 1, stored: 0 },
    { at: 1, type: 'task.accepted', task: 't' },
    { at: 1, type: 'member.state', peer: 'b', state: 'alive', incarnation: 1 },
    { at: 1, type: 'member.state', peer: 'b', state: 'dead', incarnation: 1 },
    { at: 1, type: 'task.closed', task: 't', ballot, kind: 'succeeded', code: 'exit' },
    { at: 1, type: 'task.closed', task: 't', ballot, kind: 'lost', code: 'vanished' },
    { at: 1, type: 'store.failed', code: 'disk-full', message: 'no room' },
  ]
  for (const event of events) trace(event)
  expect(lines.map((l) => [l.level, l.event])).toEqual([
    [30, 'peer.started'],
    [30, 'member.state'],
    [40, 'member.state'],
    [40, 'task.closed'],
    [50, 'store.failed'],
  ])
})

test("a task's environment, arguments, input and output never reach a log, even if an event carried them", () => {
  const { lines, trace, logger } = capture('trace')
  const secret = 'hunter2'
  const careless = {
    env: { PASSWORD: secret },
    args: secret,
    argv: [secret],
    stdin: secret,
    output: secret,
    stdout: secret,
    record: { spec: { env: { PASSWORD: secret } } },
    list: [secret],
    bytes: Buffer.from(secret),
  }
  trace({ at: 1, type: 'task.started', task: 't', ballot, attempt: 1, ...careless } as TraceEvent)
  logger.info({ env: secret, spec: { args: secret, stdin: secret }, token: secret }, 'careless')
  expect(lines).toHaveLength(2)
  expect(JSON.stringify(lines)).not.toContain(secret)
  expect(lines[1]).toMatchObject({ env: '[hidden]', spec: { args: '[hidden]' } })
})

test('long texts are cut', () => {
  const { lines, trace } = capture('info')
  trace({ at: 1, type: 'task.refused', code: 'c', message: 'x'.repeat(10_000) })
  expect(lines[0]!.message).toHaveLength(500)
})

test('a flood of one type is cut to so many lines a second, and the next line says how many are missing', () => {
  const { lines, trace } = capture('info')
  const rejected = (at: number): TraceEvent => ({ at, type: 'message.rejected', peer: 'b', tag: 'x', code: 'c' })
  for (let i = 0; i < 1000; i++) trace(rejected(5000 + i / 10))
  trace({ at: 5099, type: 'link.down', peer: 'b' })
  expect(lines.filter((l) => l.event === 'message.rejected')).toHaveLength(100)
  expect(lines.at(-1)).toMatchObject({ event: 'link.down' })
  trace(rejected(6000))
  expect(lines.at(-1)).toMatchObject({ event: 'message.rejected', leftOut: 900 })
  trace(rejected(6001))
  expect(lines.at(-1)).not.toHaveProperty('leftOut')
})

test("the driver's errors are logged with message and stack", () => {
  const { lines, logger } = capture('info')
  const log = logDriver(logger)
  log('error', 'this peer stops', { error: new Error('impossible'), where: 'step' })
  log('info', 'fine', { a: 1 })
  expect(lines).toMatchObject([
    { level: 50, msg: 'this peer stops', where: 'step', err: { message: 'impossible', stack: expect.any(String) } },
    { level: 30, msg: 'fine', a: 1 },
  ])
})

test('workers that do not get warm are a warning with why, once for each reason', () => {
  const { lines, trace } = capture('debug')
  const failed = { type: 'warm.done', class: 'make', workers: 0, tookMs: 0, code: 'warm-failed' } as const
  trace({ at: 1, ...failed, detail: 'it ended with 3' })
  trace({ at: 2, ...failed, detail: 'it ended with 3', again: true })
  expect(lines.map(({ level, detail }) => [level, detail])).toEqual([
    [40, 'it ended with 3'],
    [20, 'it ended with 3'],
  ])
})

test('a log reads of the trace what it writes: also the warnings where it writes nothing less', () => {
  const failed = { at: 1, type: 'warm.done', class: 'make', workers: 0, tookMs: 0, code: 'warm-failed' } as const
  const events: TraceEvent[] = [
    failed,
    { ...failed, code: 'warm-lost' },
    { ...failed, code: '' },
    { at: 1, type: 'peer.leaving' },
    { at: 1, type: 'store.failed', code: 'full', message: 'the disk is full' },
  ]
  const readAt = (level: 'error' | 'warn' | 'info' | 'debug') => events.map(tracesFrom(level))
  expect(readAt('warn')).toEqual([true, true, false, false, true])
  expect(readAt('error')).toEqual([false, false, false, false, true])
  expect(readAt('info')).toEqual([true, true, false, true, true])
  expect(readAt('debug')).toEqual([true, true, true, true, true])
})
