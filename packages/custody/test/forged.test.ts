import { describe, expect, test } from 'vitest'
import { Carrier } from './carrier.ts'
import { ballot, idOf, only, record, self, sent } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const refusal = { code: 'no-room', never: false, detail: '' } as const

/** A keeper whose task `a` is borne by `worker`, and what `mallory` (a member like any other) makes of it. */
function borne(): Keeper {
  const keeper = new Keeper()
  keeper.accepted('a')
  keeper.borneBy('worker', 'a')
  return keeper
}

/** The task is still the worker's: its commit closes it. */
function expectUntouched(keeper: Keeper): void {
  expect(keeper.view('a')).toMatchObject({ bearer: 'worker', ballot: ballot() })
  keeper.commit('worker', 'a')
  expect(only(keeper.write(), 'closed')).toMatchObject([{ outcome: { kind: 'succeeded', host: 'worker' } }])
}

describe('a task that is borne elsewhere', () => {
  test('is not closed by a stranger, under its ballot or any other', () => {
    const keeper = borne()
    for (const forged of [ballot(), ballot(2), ballot(99, 7), { ...ballot(99), peer: 'mallory' }]) {
      const effects = keeper.commit('mallory', 'a', forged)
      expect(sent(effects, 'fenced')).toMatchObject([{ to: 'mallory', message: { promised: ballot() } }])
      expect(only(effects, 'persist')).toEqual([])
    }
    expectUntouched(keeper)
  })

  test('is not closed by its bearer under a ballot that nobody gave', () => {
    const keeper = borne()
    expect(sent(keeper.commit('worker', 'a', ballot(2)), 'fenced')).toHaveLength(1)
    expectUntouched(keeper)
  })

  test('is not given up, bounced or taken by a stranger, and its lease is not renewed by one', () => {
    const keeper = borne()
    expect(keeper.giveUp('mallory', 'a', ballot())).toEqual([])
    const to = { peer: 'mallory', incarnation: 1 }
    keeper.message('mallory', { t: 'bounce', task: idOf('a'), ballot: ballot(), to, refusal })
    expect(sent(keeper.accept('mallory', 'a'), 'fenced')).toMatchObject([{ to: 'mallory' }])
    expect(sent(keeper.renew('mallory', 'a'), 'renewed')).toMatchObject([
      { to: 'mallory', message: { refused: [{ task: idOf('a'), ballot: ballot() }] } },
    ])
    expectUntouched(keeper)
  })

  test('ends its lease when only a stranger renews it', () => {
    const keeper = borne()
    keeper.at(3_000).renew('mallory', 'a')
    expect(only(keeper.pass(300), 'persist')).toHaveLength(1)
  })

  test('that was cancelled is not confirmed by a stranger, nor by whoever a stranger points at', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a')
    keeper.write()
    keeper.stopped('mallory', 'a', ballot())
    keeper.giveUp('mallory', 'a', ballot())
    const to = { peer: 'victim', incarnation: 1 }
    keeper.message('mallory', { t: 'bounce', task: idOf('a'), ballot: ballot(), to, refusal })
    keeper.accept('mallory', 'a')
    keeper.stopped('mallory', 'a', ballot())
    keeper.stopped('victim', 'a', ballot())
    expect(sent(keeper.write(), 'cancelled')).toEqual([])
    keeper.stopped('worker', 'a', ballot())
    expect(sent(keeper.write(), 'cancelled')).toHaveLength(1)
  })

  test('says that its bearer ran it, whatever the bearer says', () => {
    const keeper = borne()
    keeper.commit('worker', 'a', ballot(), { host: 'somebody-else' })
    expect(only(keeper.write(), 'closed')).toMatchObject([{ outcome: { host: 'worker' } }])
  })
})

describe('a task that is borne here', () => {
  test('is not taken away by a stranger', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', self)
    keeper.accept('mallory', 'a')
    keeper.renew('mallory', 'a')
    keeper.giveUp('mallory', 'a', ballot())
    keeper.commit('mallory', 'a')
    expect(keeper.view('a')).toMatchObject({ bearer: self, state: 'queued', ballot: ballot(), attempts: [] })
  })
})

describe('a task that was offered', () => {
  test('is taken by whoever it was offered to, or one of the alternates, and by nobody else', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', 'w1', 1, ['w2', 'w3'])
    expect(sent(keeper.accept('mallory', 'a'), 'fenced')).toMatchObject([{ to: 'mallory' }])
    keeper.accept('w3', 'a')
    expect(keeper.view('a')).toMatchObject({ bearer: 'w3', state: 'queued' })
  })

  test('does not go where it was not meant to go, whoever says that it did', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', 'w1', 1, ['w2'])
    const to = { peer: 'mallory', incarnation: 1 }
    keeper.message('w1', { t: 'bounce', task: idOf('a'), ballot: ballot(), to, refusal })
    keeper.message('mallory', {
      t: 'bounce',
      task: idOf('a'),
      ballot: ballot(),
      to: { peer: 'w2', incarnation: 1 },
      refusal,
    })
    expect(keeper.view('a')).toMatchObject({ bearer: 'w1', state: 'offered' })
  })
})

describe('a baton', () => {
  test('is not fenced by a peer that does not keep its task', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(carrier.fenced('mallory', 'a')).toEqual([])
    const refused = [{ task: idOf('a'), ballot: ballot() }]
    expect(carrier.message('mallory', { t: 'renewed', seq: 1, again: false, refused })).toEqual([])
    expect(carrier.state('a')).toBe('running')
    expect(only(carrier.fenced(self, 'a'), 'halt')).toHaveLength(1)
  })

  test('that has not come yet is not fenced by a peer that did not begin its task', () => {
    const carrier = new Carrier('worker')
    expect(carrier.fenced('mallory', 'a', { b: ballot(99), promised: ballot(100) })).toEqual([])
    expect(only(carrier.award('a'), 'offered')).toHaveLength(1)
  })

  test('whose ballot was begun by nobody who may is refused, and so is a record in the name of another origin', () => {
    const carrier = new Carrier('worker')
    const mine = { ...ballot(), peer: 'mallory' }
    const codes = [
      carrier.award('a', { ballot: mine, path: ['mallory'] }, 'mallory'),
      carrier.award('a', { path: ['mallory'] }, 'mallory'),
      carrier.award('a', { record: { ...record('a'), origin: 'mallory' }, path: [self] }),
    ].map((effects) => only(effects, 'rejected').map(({ code }) => code))
    expect(codes).toEqual([['forged-ballot'], ['forged-ballot'], ['forged-record']])
    expect(carrier.state('a')).toBeUndefined()
  })

  test('that was handed over stays until its receiver, or an alternate, has it', () => {
    const carrier = new Carrier(self)
    carrier.bear('a')
    carrier.handOver('a', 'worker', { alternates: ['w2'] })
    const tasks = [{ task: idOf('a'), ballot: ballot() }]
    carrier.message('mallory', { t: 'accept', tasks })
    expect(carrier.state('a')).toBe('handed')
    carrier.message('w2', { t: 'accept', tasks })
    expect(carrier.state('a')).toBeUndefined()
  })

  test('that a stranger passed off as the custodian is stopped by the custodian', () => {
    const keeper = new Keeper()
    const carrier = new Carrier('worker')
    const taken = [...carrier.award('a', { path: [self, 'mallory'] }, 'mallory'), ...carrier.admit('a')]
    expect(sent(taken, 'accept').map(({ to }) => to)).toContain(self)
    const [fence] = sent(keeper.accept('worker', 'a'), 'fenced')
    expect(only(carrier.message(self, fence!.message), 'halt')).toMatchObject([{ code: 'fenced' }])
  })
})
