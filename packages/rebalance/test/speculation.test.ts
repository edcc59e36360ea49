import { emptyRequest } from '@souk/kernel'
import { emptyResult, type MessageOf, type TaskRecord, type TaskSpec } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import {
  Backups,
  type BackupsEffect,
  type BackupsInput,
  defaultSpeculationConfig,
  type Racing,
  Speculator,
  type SpeculatorEffect,
  type SpeculatorInput,
} from '../src/index.ts'

const config = { ...defaultSpeculationConfig, on: true }
const { renewMs, leaseMs, hostsMax, askedMax, heldMax } = config
const ballot = { counter: 1, peer: 'p0', incarnation: 1 }
const recordOf = (task: string, idempotent = true) =>
  ({ id: task, spec: { idempotent, request: emptyRequest() } as Partial<TaskSpec> }) as unknown as TaskRecord
const ok = emptyResult('ok', 0, '')

class Bearing {
  readonly racing = new Map<string, Racing>()
  hosts = ['p1', 'p2', 'p3', 'p4']
  readonly speculator: Speculator
  now = 0

  constructor(over = {}) {
    const view = { racing: (task: string) => this.racing.get(task), hosts: () => this.hosts }
    this.speculator = new Speculator({ ...config, ...over }, view)
  }

  lags(task = 'a'): SpeculatorEffect[] {
    this.racing.set(task, { record: recordOf(task), alternative: 0, attempt: 1, untilMs: Infinity })
    return this.step({ type: 'straggler', task, ballot })
  }

  said(from: string, over: Partial<MessageOf<'backupSaid'>> = {}): SpeculatorEffect[] {
    const message = { t: 'backupSaid', task: 'a', ballot, state: 'runs', code: '', ...over } as const
    return this.step({ type: 'message', from, message })
  }

  step(input: SpeculatorInput): SpeculatorEffect[] {
    const out: SpeculatorEffect[] = []
    this.speculator.step(input, this.now, out)
    return out
  }

  pass(ms: number): SpeculatorEffect[] {
    const until = this.now + ms
    const all: SpeculatorEffect[] = []
    for (
      let due = this.speculator.nextWakeup();
      due !== undefined && due <= until;
      due = this.speculator.nextWakeup()
    ) {
      this.now = due
      all.push(...this.step({ type: 'wake' }))
    }
    this.now = until
    return all
  }
}

/** Effects in short: a message as `tag to`, any other effect as its type. */
const brief = (effects: readonly (SpeculatorEffect | BackupsEffect)[]) =>
  effects.map((effect) => (effect.type === 'send' ? `${effect.message.t} ${effect.to}` : effect.type))

describe('a bearer whose run lags', () => {
  test('asks one host, tells it to go on while it answers, and takes a good result', () => {
    const stand = new Bearing()
    expect(brief(stand.lags())).toEqual(['backup p1'])
    expect(brief(stand.said('p1'))).toEqual(['backedUp'])
    expect(brief(stand.pass(renewMs))).toEqual(['backup p1'])
    stand.said('p1')
    expect(brief(stand.said('p1', { state: 'ended', result: ok }))).toEqual(['backupOver p1', 'unbacked', 'outrun'])
    expect(stand.pass(60_000)).toEqual([])
  })

  test('asks the next one where one has no room, and gives up after so many', () => {
    const stand = new Bearing()
    stand.lags()
    for (const host of stand.hosts.slice(0, hostsMax - 1)) {
      const next = stand.hosts[stand.hosts.indexOf(host) + 1]
      expect(brief(stand.said(host, { state: 'refused', code: 'no-room' }))).toEqual([`backup ${next}`])
    }
    expect(stand.said(stand.hosts[hostsMax - 1]!, { state: 'refused', code: 'no-room' })).toMatchObject([
      { type: 'unbacked', code: 'no-room' },
    ])
  })

  test.each([
    ['failed', { state: 'ended' as const, result: emptyResult('failed', 1, '') }],
    ['failed', { state: 'ended' as const, result: emptyResult('failed', 0, '') }],
    ['stopping', { state: 'refused' as const, code: 'stopping' }],
  ])('takes no other end of it for one: %s', (code, said) => {
    const stand = new Bearing()
    stand.lags()
    stand.said('p1')
    expect(stand.said('p1', said)).toMatchObject([{ type: 'send' }, { type: 'unbacked', code }])
  })

  test('ends it when its own run is over, when it may not go on, and when nobody answers', () => {
    const over = new Bearing()
    over.lags()
    expect(brief(over.step({ type: 'over', task: 'a' }))).toEqual(['backupOver p1', 'unbacked'])
    const lost = new Bearing()
    lost.lags()
    lost.racing.clear()
    expect(brief(lost.pass(renewMs))).toEqual(['backupOver p1', 'unbacked'])
    const silent = new Bearing()
    silent.lags()
    expect(silent.pass(leaseMs + renewMs).at(-1)).toMatchObject({ type: 'unbacked', code: 'unheard' })
  })

  test('gives it no longer than its own lease', () => {
    const stand = new Bearing()
    stand.lags()
    stand.racing.get('a')!.untilMs = renewMs + 300
    expect(stand.pass(renewMs)).toMatchObject([{ message: { leftMs: 300 } }])
  })

  test('has so many at once, none twice, and none at all unless it is told to', () => {
    const stand = new Bearing()
    const asked = Array.from({ length: askedMax + 2 }, (_, i) => stand.lags(`task-${i}`)).flat()
    expect(asked).toHaveLength(askedMax)
    expect(stand.lags('task-0')).toEqual([])
    expect(new Bearing({ on: false }).lags()).toEqual([])
  })

  test('hears only whom it asked, of that ballot', () => {
    const stand = new Bearing()
    stand.lags()
    expect(stand.said('p2', { state: 'ended', result: ok })).toEqual([])
    expect(stand.said('p1', { state: 'ended', result: ok, ballot: { ...ballot, counter: 2 } })).toEqual([])
  })
})

class Helping {
  refusal: string | undefined
  draining = false
  readonly backups = new Backups(config, { refusal: () => this.refusal, draining: () => this.draining })
  now = 0

  ask(task = 'a', { first = true, record = recordOf(task), from = 'p0', leftMs = leaseMs } = {}): BackupsEffect[] {
    const ask = first ? { ask: { record, alternative: 0, attempt: 1 } } : {}
    return this.step({ type: 'message', from, message: { t: 'backup', task, ballot, leftMs, ...ask } })
  }

  step(input: BackupsInput): BackupsEffect[] {
    const out: BackupsEffect[] = []
    this.backups.step(input, this.now, out)
    return out
  }

  ended(end: 'ok' | 'stopped' = 'ok'): BackupsEffect[] {
    return this.step({ type: 'ended', task: 'a', ballot, result: emptyResult(end, 0, '') })
  }

  pass(ms: number): BackupsEffect[] {
    this.now += ms
    return this.step({ type: 'wake' })
  }
}

describe('a host that is asked for a second run', () => {
  test('runs it, and says what came of it as often as it is asked, until it is told that it is over', () => {
    const stand = new Helping()
    expect(stand.ask()).toMatchObject([
      { type: 'take', take: { ballot, leased: true, backup: true } },
      { type: 'send', to: 'p0', message: { state: 'runs' } },
    ])
    expect(stand.ended()).toMatchObject([{ message: { state: 'ended', result: { end: 'ok' } } }])
    expect(stand.ask('a', { first: false })).toMatchObject([{ message: { state: 'ended', result: { end: 'ok' } } }])
    expect(stand.step({ type: 'message', from: 'p0', message: { t: 'backupOver', task: 'a', ballot } })).toEqual([])
    expect(stand.ask('a', { first: false })).toMatchObject([{ message: { state: 'refused', code: 'unknown' } }])
  })

  test('stops it when it is not asked any more, or told so, and not for a stranger', () => {
    const stand = new Helping()
    stand.ask()
    const over = { t: 'backupOver', task: 'a', ballot } as const
    expect(stand.step({ type: 'message', from: 'mallory', message: over })).toEqual([])
    stand.pass(leaseMs - 1)
    stand.ask('a', { first: false, leftMs: 500 })
    expect(stand.pass(499)).toEqual([])
    expect(brief(stand.pass(1))).toEqual(['halt'])
    expect(stand.ended('stopped')).toEqual([])
    stand.ask()
    expect(brief(stand.step({ type: 'message', from: 'p0', message: over }))).toEqual(['halt'])
  })

  test('refuses what may not run twice, what it has no room for, and more than so many', () => {
    const stand = new Helping()
    const code = (effects: BackupsEffect[]) => (effects[0] as { message?: { code: string } }).message?.code
    expect(code(stand.ask('a', { record: recordOf('a', false) }))).toBe('not-idempotent')
    expect(code(stand.ask('a', { record: recordOf('b') }))).toBe('not-idempotent')
    stand.refusal = 'no-room'
    expect(code(stand.ask())).toBe('no-room')
    stand.refusal = undefined
    for (let i = 0; i < heldMax; i++) stand.ask(`task-${i}`)
    expect(code(stand.ask())).toBe('too-many')
    expect(code(stand.ask('task-0', { from: 'p5' }))).toBe('held')
  })

  test('ends it when it drains or goes', () => {
    const stand = new Helping()
    stand.ask()
    stand.draining = true
    expect(brief(stand.ask('a', { first: false }))).toEqual(['halt', 'backupSaid p0'])
    const going = new Helping()
    going.ask()
    expect(brief(going.step({ type: 'leave' }))).toEqual(['halt'])
    expect(going.ask('b')).toMatchObject([{ message: { state: 'refused', code: 'stopping' } }])
  })

  test('that comes to bear the task itself begins its own run when the other is gone', () => {
    const stand = new Helping()
    stand.ask()
    const own = { record: recordOf('a'), alternative: 0, ballot: { ...ballot, counter: 4 }, attempt: 2, leased: true }
    expect(stand.backups.inTheWay('a')).toBe(true)
    expect(brief(stand.step({ type: 'yield', take: own }))).toEqual(['halt'])
    expect(stand.backups.waits('a', own.ballot)).toBe(true)
    expect(stand.ended('stopped')).toEqual([{ type: 'take', take: own }])
    expect(stand.backups.inTheWay('a')).toBe(false)
  })

  test('and is told to end that before, says so, and begins nothing', () => {
    const stand = new Helping()
    stand.ask()
    stand.step({ type: 'yield', take: { record: recordOf('a'), alternative: 0, ballot, attempt: 2, leased: true } })
    expect(stand.step({ type: 'halt', task: 'a', code: 'cancelled' })).toMatchObject([
      { type: 'dropped', code: 'cancelled' },
    ])
    expect(stand.ended('stopped')).toEqual([])
  })
})
