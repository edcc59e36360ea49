import { describe, expect, test } from 'vitest'
import { Carrier, proposed } from './carrier.ts'
import { attempt, ballot, idOf, only, record, result, sent, told, trio, vote } from './fixtures.ts'

describe.each([
  ['a peer that empties itself', 'draining'],
  ['a peer whose host lacks memory', 'pressure'],
] as const)('%s', (_, why) => {
  const giveBack = (...names: string[]) => ({ type: 'giveBack', tasks: names.map((name) => idOf(name)), why }) as const

  test('gives what waits back to its custodians at once, and goes on bearing the rest', () => {
    const carrier = new Carrier('worker')
    for (const name of ['goes', 'stays']) carrier.bear(name)
    const effects = carrier.step(giveBack('goes'))
    expect(told(effects, 'giveUp')).toEqual(trio)
    expect(sent(effects, 'giveUp')[0]).toMatchObject({ message: { task: idOf('goes'), ran: false, code: why } })
    expect(only(effects, 'withdrawn')).toEqual([{ type: 'withdrawn', task: idOf('goes') }])
    expect([carrier.state('goes'), carrier.state('stays')]).toEqual([undefined, 'waiting'])
  })

  test('stops a run first, which is no attempt', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const halt = { type: 'halt', task: idOf('a'), ballot: ballot(), code: why }
    expect(carrier.step(giveBack('a'))).toEqual([halt])
    expect(sent(carrier.ended('a', { end: 'stopped' }), 'giveUp')[0]).toMatchObject({
      message: { ran: false, code: why },
    })
  })

  const checkpoint = { path: 'at', blob: { hash: 'a'.repeat(64), sizeBytes: 9 }, mode: 0o644 }

  test('sends along what a run has left for the next, which goes on there', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.step(giveBack('a'))
    const effects = carrier.ended('a', { end: 'stopped', message: 'stopped', checkpoint })
    const why = { ran: true, code: 'checkpointed', message: 'stopped', checkpoint }
    expect(sent(effects, 'giveUp').map(({ message }) => message)).toEqual(trio.map(() => expect.objectContaining(why)))
    expect(only(effects, 'givenUp')).toMatchObject([{ code: 'checkpointed', checkpointBytes: 9 }])
    const next = new Carrier('next')
    next.award('a', { attempts: [attempt('checkpointed', { checkpoint }), attempt('vanished')] })
    expect(only(next.admit('a'), 'take')).toMatchObject([
      { attempt: 3, checkpoint: { file: checkpoint, host: 'worker' } },
    ])
  })

  test('has no time for that once its custodians fence it, or its lease is lost: whatever it left is of no use', () => {
    for (const end of [(c: Carrier) => c.fenced(['c1', 'c2'], 'a'), (c: Carrier) => c.pass(3_100)]) {
      const carrier = new Carrier('worker')
      carrier.running('a')
      carrier.step(giveBack('a'))
      expect(only(end(carrier), 'halt')).toMatchObject([{ code: 'fenced' }])
      const effects = carrier.ended('a', { end: 'stopped', checkpoint })
      expect(sent(effects, 'giveUp').filter(({ message }) => message.checkpoint)).toEqual([])
    }
  })

  test('commits a run that ended by itself before it could be stopped', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.step(giveBack('a'))
    expect(told(carrier.ended('a'), 'commit')).toEqual(trio)
  })

  test('leaves a run that is to end for another reason to that', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.message('c1', { t: 'fenced', ...vote('a'), promised: ballot(2, 'c1'), code: 'cancelled', final: true })
    expect(carrier.step(giveBack('a'))).toEqual([])
    expect(told(carrier.ended('a', { end: 'stopped' }), 'stopped')).toEqual(trio)
  })
})

describe('a peer that leaves', () => {
  test('stops what runs and gives it up without an attempt, and lets outcomes go on', () => {
    const carrier = new Carrier('worker')
    for (const name of ['running', 'done']) carrier.running(name)
    carrier.ended('done')
    const halt = { type: 'halt', task: idOf('running'), ballot: ballot(), code: 'shutdown' }
    expect(carrier.step({ type: 'leave' })).toEqual([halt])
    const after = carrier.ended('running', { end: 'stopped' })
    expect(sent(after, 'giveUp')[0]).toMatchObject({ message: { ran: false, code: 'shutdown' } })
    expect(sent(carrier.pass(1_000), 'commit')[0]).toMatchObject({ message: { task: idOf('done') } })
  })

  test('says of a task that starts at most once that it has started', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { record: record('a', { starts: 'at-most-once' }) })
    for (const from of ['c1', 'c2']) carrier.message(from, { t: 'begun', ...vote('a') })
    carrier.step({ type: 'leave' })
    const after = carrier.ended('a', { end: 'stopped' })
    expect(sent(after, 'giveUp')[0]).toMatchObject({ message: { ran: true, code: 'shutdown' } })
  })

  test('still commits a run that ended by itself', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.step({ type: 'leave' })
    expect(told(carrier.ended('a'), 'commit')).toEqual(trio)
  })
})

describe('a run that a second one was faster than', () => {
  const outrun = (carrier: Carrier, b = ballot()) =>
    carrier.step({ type: 'outrun', task: idOf('a'), ballot: b, host: 'other', result: result({ exitCode: 0 }) })

  test('is stopped first; then that result is proposed under the same ballot', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(outrun(carrier)).toEqual([{ type: 'halt', task: idOf('a'), ballot: ballot(), code: 'outrun' }])
    expect(outrun(carrier)).toEqual([])
    const effects = carrier.ended('a', { end: 'stopped' })
    expect(told(effects, 'commit')).toEqual(trio)
    expect(proposed(effects)[0]![1]).toMatchObject({ outcome: { kind: 'succeeded', host: 'other', ballot: ballot() } })
  })

  test('that came to a good end before it could be stopped is the outcome itself', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    outrun(carrier)
    expect(proposed(carrier.ended('a'))[0]![1]).toMatchObject({ outcome: { host: 'worker' } })
  })

  test('under another ballot, or one that is to end for another reason, is left to that', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(outrun(carrier, ballot(2, 'c1'))).toEqual([])
    carrier.fenced(['c1', 'c2'], 'a')
    expect(outrun(carrier)).toEqual([])
    expect(told(carrier.ended('a', { end: 'stopped' }), 'stopped')).toEqual(trio)
  })
})
