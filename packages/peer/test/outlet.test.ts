import { limits, type Message } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { PeerEffect } from '../src/effects.ts'
import { Outlet } from '../src/outlet.ts'

const ping = (ask: number): Message => ({ t: 'ping', ask }) as unknown as Message

/** An outlet, and what left it at each time. */
class Door {
  readonly outlet = new Outlet('self')

  at(now: number, act: (outlet: Outlet) => void): PeerEffect[] {
    const out: PeerEffect[] = []
    this.outlet.begin(now, out)
    act(this.outlet)
    return out
  }
}

describe('a message without haste', () => {
  test('leaves before the next one to the same peer, and does not wait for one to another', () => {
    const door = new Door()
    expect(door.at(0, (outlet) => outlet.sendAlong('a', ping(1)))).toEqual([])
    expect(door.at(1, (outlet) => outlet.send('b', ping(2)))).toEqual([{ type: 'send', to: 'b', message: ping(2) }])
    expect(door.at(2, (outlet) => outlet.send('a', ping(3)))).toEqual([
      { type: 'send', to: 'a', message: ping(1) },
      { type: 'send', to: 'a', message: ping(3) },
    ])
    expect(door.outlet.nextWakeup()).toBeUndefined()
  })

  test('leaves alone when nothing else does in time', () => {
    const door = new Door()
    door.at(0, (outlet) => outlet.sendAlong('a', ping(1)))
    door.at(10, (outlet) => outlet.sendAlong('a', ping(2)))
    expect(door.outlet.nextWakeup()).toBe(50)
    expect(door.at(49, (outlet) => outlet.wake())).toEqual([])
    expect(door.at(50, (outlet) => outlet.wake())).toHaveLength(2)
    expect(door.outlet.nextWakeup()).toBeUndefined()
  })

  test('to this peer itself is heard at once', () => {
    const door = new Door()
    door.at(0, (outlet) => outlet.sendAlong('self', ping(1)))
    expect(door.outlet.nextLocal()).toEqual(ping(1))
  })

  test('that accepts batons goes in one with those that wait, as far as one may hold', () => {
    const door = new Door()
    const ballot = { counter: 1, peer: 'a', incarnation: 1 }
    const accept = (...tasks: string[]): Message => ({ t: 'accept', tasks: tasks.map((task) => ({ task, ballot })) })
    const many = Array.from({ length: limits.batonsPerMessageMax - 1 }, (_, i) => `t${i}`)
    const first = accept('x')
    door.at(0, (outlet) => {
      outlet.sendAlong('a', first)
      outlet.sendAlong('a', ping(1))
      outlet.sendAlong('b', accept('y'))
      outlet.sendAlong('a', accept(...many))
      outlet.sendAlong('a', accept('z'))
    })
    expect(first).toEqual(accept('x'))
    const messages = door.at(50, (outlet) => outlet.wake()).map((effect) => 'message' in effect && effect.message)
    expect(messages).toEqual([accept('x', ...many), ping(1), accept('z'), accept('y')])
    door.at(60, (outlet) => outlet.sendAlong('a', accept('later')))
    expect(door.at(110, (outlet) => outlet.wake())).toEqual([{ type: 'send', to: 'a', message: accept('later') }])
  })

  test('waits for no more than a thousand others', () => {
    const door = new Door()
    const out = door.at(0, (outlet) => {
      for (let i = 0; i < 1_024; i++) outlet.sendAlong('a', ping(i))
    })
    expect(out).toHaveLength(1_024)
  })

  test('does not wait at a peer that goes', () => {
    const door = new Door()
    door.at(0, (outlet) => outlet.sendAlong('a', ping(1)))
    expect(door.at(1, (outlet) => outlet.leave())).toHaveLength(1)
    expect(door.at(2, (outlet) => outlet.sendAlong('a', ping(2)))).toHaveLength(1)
  })
})

describe('a write without haste', () => {
  const write = (key: string) => ({ key, value: key })

  test('goes with the next one that has, before it and under its number', () => {
    const door = new Door()
    expect(door.at(0, (outlet) => outlet.persistAlong({ seq: 1, writes: [write('a')] }))).toEqual([])
    expect(door.at(1, (outlet) => outlet.persist({ seq: 2, writes: [write('b')] }))).toEqual([
      { type: 'persist', seq: 2, writes: [write('a'), write('b')] },
    ])
    expect(door.outlet.nextWakeup()).toBeUndefined()
  })

  test('goes alone, with others that have none, when nothing has in time', () => {
    const door = new Door()
    door.at(0, (outlet) => outlet.persistAlong({ seq: 1, writes: [write('a')] }))
    door.at(20, (outlet) => outlet.persistAlong({ seq: 2, writes: [write('b')] }))
    expect(door.outlet.nextWakeup()).toBe(50)
    expect(door.at(50, (outlet) => outlet.wake())).toEqual([
      { type: 'persist', seq: 2, writes: [write('a'), write('b')] },
    ])
  })

  test('does not wait at a peer that goes', () => {
    const door = new Door()
    door.at(0, (outlet) => outlet.persistAlong({ seq: 1, writes: [write('a')] }))
    expect(door.at(1, (outlet) => outlet.leave())).toHaveLength(1)
    expect(door.at(2, (outlet) => outlet.persistAlong({ seq: 2, writes: [write('b')] }))).toHaveLength(1)
  })
})
