import type { MessageOf, Refusal } from '@souk/wire'
import { expect, test } from 'vitest'
import {
  defaultGangConfig,
  defaultMarketConfig,
  Gangs,
  type GangsEffect,
  type GangsInput,
  whatWouldHelp,
} from '../src/index.ts'
import { Local, Members, noHost, offer, only, prng, record, shape, vector } from './fixtures.ts'

/** A bearer of one gang of `size` members; it can ask the hosts p and q. */
function bearing(size: number, over: Parameters<typeof record>[1] = {}) {
  const members = new Members().add('p').add('q', { offer: offer({ capacity: vector({ slots: 1, cpuMilli: 1000 }) }) })
  const parts = { self: 'self', prng: prng(), members, local: new Local(noHost()) }
  const gangs = new Gangs(defaultGangConfig, defaultMarketConfig, parts)
  let now = 0
  const step = (input: GangsInput): GangsEffect[] => {
    const out: GangsEffect[] = []
    gangs.step(input, now, out)
    return out
  }
  const wake = (): GangsEffect[] => {
    now = gangs.nextWakeup()!
    return step({ type: 'wake' })
  }
  const asks: MessageOf<'reserve'>[] = []
  for (let rank = 0; rank < size; rank++) {
    const gang = { id: 'g', size, rank }
    const effects = step({ type: 'waiting', record: record(`t${rank}`, { ...over, gang }), durable: true })
    asks.push(...only(effects, 'send').flatMap(({ message }) => (message.t === 'reserve' ? [message] : [])))
  }
  const reserved = (from: string, count: number, refusal?: Refusal, more: { quotaMost?: number } = {}) => {
    const { gang, round } = asks[0]!
    const message = { t: 'reserved' as const, gang, round, count, offeredMs: 0, ...more }
    return step({ type: 'message', from, message: refusal ? { ...message, refusal } : message })
  }
  return { asks, reserved, step, wake, members }
}

test('a host that says it keeps more than its advert holds is believed as far as that', () => {
  const { reserved } = bearing(4)
  expect(only(reserved('q', 4), 'award')).toEqual([])
  const awards = only(reserved('p', 3), 'award')
  expect(awards.map(({ to, tasks }) => [to.peer, tasks.length])).toEqual([
    ['p', 3],
    ['q', 1],
  ])
})

test('a gang whose members must be apart is never put twice on one host', () => {
  const apart = { group: 'db', apart: [{ group: 'db', required: true }] }
  const { reserved } = bearing(2, apart)
  expect(only(reserved('p', 2), 'award')).toEqual([])
  const awards = only(reserved('q', 1), 'award')
  expect(awards.map(({ to, tasks }) => [to.peer, tasks.length]).sort()).toEqual([
    ['p', 1],
    ['q', 1],
  ])
})

test('room is kept for a gang only where the hosts that can be asked have enough of it when they are empty', () => {
  const { asks, reserved, step, wake, members } = bearing(5)
  expect(asks.map(({ patient }) => patient)).toEqual([false, false])
  const patient = () =>
    [1, 2].some(() => wake().some((e) => e.type === 'send' && e.message.t === 'reserve' && e.message.patient))
  for (let i = 0; i < 100 && !patient(); i++);
  expect(patient()).toBe(true)
  members.add('p', { reachable: false })
  const effects = [wake(), wake(), wake()].flat()
  expect(only(effects, 'waits').map(({ code, decision }) => [code, decision.reason])).toContainEqual([
    'no-room',
    '5 of these start together, and the hosts that can be asked now have room for 1 at a time',
  ])
  expect(only(effects, 'send').map(({ message }) => message.t)).toContain('unreserve')
  const later = [wake(), wake(), wake(), step({ type: 'changed' })].flat()
  expect(only(later, 'send').filter(({ message }) => message.t === 'reserve')).toEqual([])
  members.add('p')
  expect(only([wake(), wake()].flat(), 'send').some(({ message }) => message.t === 'reserve')).toBe(true)
  expect(reserved('p', 4)).toBeDefined()
})

test('a patient gang that hears of an older one keeps nothing anywhere until that one has its places', () => {
  const { asks, step, wake } = bearing(4)
  const patience = (effects: GangsEffect[]) =>
    only(effects, 'send').flatMap(({ message }) => (message.t === 'reserve' ? [message.patient] : []))
  const isPatient = (effects: GangsEffect[]) => patience(effects).includes(true)
  const freed = (older: boolean) => {
    const message = { t: 'freed' as const, gang: asks[0]!.gang, count: 0 }
    return step({ type: 'message', from: 'p', message: older ? { ...message, older } : message })
  }
  let rounds = 0
  while (!isPatient(wake())) expect(rounds++).toBeLessThan(100)
  wake()
  const released = only(freed(true), 'send').map(({ to, message }) => [to, message.t])
  expect(released.sort()).toEqual([
    ['p', 'unreserve'],
    ['q', 'unreserve'],
  ])
  // The next two rounds find that the older gang is still patient there.
  for (let i = 0; i < 2; i++) {
    expect(patience(wake())).toEqual([false, false])
    freed(true)
    wake()
  }
  freed(false)
  expect(patience(wake())).toEqual([true, true])
})

test('a gang of which the quota of its tenant never holds one fails once all hosts have said so', () => {
  const shortage = { resource: 'cpuMilli', available: 500, needed: 1_000 }
  const over: Refusal = { code: 'quota', never: true, shortage, detail: '' }
  const { reserved, wake } = bearing(2, { failIfUnplaceable: true })
  reserved('p', 0, over)
  expect(
    only([...reserved('q', 0, over), ...wake()], 'unplaceable').map(({ task, message }) => [task, message]),
  ).toEqual(
    ['t0', 't1'].map((task) => [
      task,
      'needs 1 CPU; its tenant may have at most 0.5 CPUs on any of the 2 hosts that could run it (quota)',
    ]),
  )
  const other = bearing(2, { failIfUnplaceable: true })
  other.reserved('p', 0, over)
  expect(only([...other.reserved('q', 1), ...other.wake()], 'unplaceable')).toHaveLength(2)
  const enough = bearing(2, { failIfUnplaceable: true })
  enough.reserved('q', 0, over)
  expect(only([...enough.reserved('p', 0), ...enough.wake()], 'unplaceable')).toEqual([])
})

test('a gang that the quotas of all hosts together never hold is never placed, with what they would hold', () => {
  const { reserved, wake } = bearing(4, { failIfUnplaceable: true })
  reserved('p', 2, undefined, { quotaMost: 2 })
  const effects = [...reserved('q', 1, undefined, { quotaMost: 1 }), ...wake()]
  const reason =
    '4 of these start together, and their tenant may have at most 3 at a time on the 2 hosts that could run them (quota)'
  expect(only(effects, 'unplaceable').map(({ message }) => message)).toEqual(Array(4).fill(reason))
  const waits = bearing(4)
  waits.reserved('p', 2, undefined, { quotaMost: 2 })
  waits.reserved('q', 1)
  const told = only(waits.wake(), 'waits')
  expect(told.map(({ code, decision }) => [code, decision.reason])).toEqual([['unplaceable', reason]])
  const { reasons } = told[0]!.decision
  const shortage = { resource: 'together', available: 2, needed: 4 }
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'quota', never: true, peers: 1, shortage }))
  const hosts = waits.members.candidates().map(({ peer, reachable, offer }) => ({ peer, reachable, offer: offer! }))
  expect(whatWouldHelp(shape(), hosts, reasons, 4)).toEqual([
    { code: 'raise-quota', what: 'together', atMost: 2, hosts: 1, peers: [] },
    { code: 'add-host', hosts: 0, peers: [] },
  ])
  // In its next life a host may have another quota, so it is asked again.
  waits.members.add('p', { incarnation: 2 })
  expect(only(waits.step({ type: 'changed' }), 'send')).toEqual([])
  expect(only(waits.wake(), 'send').map(({ message }) => message.t)).toContain('reserve')
})
