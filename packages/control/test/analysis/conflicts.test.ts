import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conflictsOf } from '../../src/analysis/conflicts.ts'
import { nowWallMs, seenHost, seenTask, seenTasks } from './seen.ts'

const id = (name: string) => name.padEnd(24, '0')

describe('who waits for what somebody else holds', () => {
  test('is told with the resource, the host and its holders', () => {
    const tasks = [
      seenTask({ id: id('w'), class: 'train', tenant: 'b', priority: 'high' }, { cpuMilli: 3000 }),
      seenTask({ id: id('r1'), state: 'running', host: 'h1', class: 'sim', tenant: 'a' }, { cpuMilli: 1500 }),
      seenTask({ id: id('r2'), state: 'running', host: 'h1', class: 'sim', tenant: 'a' }, { cpuMilli: 1500 }),
      seenTask({ id: id('r3'), state: 'running', host: 'h1', class: 'io', tenant: 'b' }, { cpuMilli: 0 }),
    ]
    const hosts = [seenHost('h0', { cpuMilli: 2000 }), seenHost('h1', { cpuMilli: 4000 })]
    expect(conflictsOf(tasks, hosts, nowWallMs)).toEqual([
      {
        class: 'train',
        tenant: 'b',
        priority: 'high',
        waiting: 1,
        longestMs: 1000,
        ids: [id('w')],
        unfitHosts: 1,
        roomyHosts: 0,
        fullHosts: 1,
        at: [
          {
            peer: 'h1',
            resource: 'cpu',
            available: 1,
            needed: 3,
            holders: [{ tenant: 'a', class: 'sim', tasks: 2, amount: 3, ids: [id('r1'), id('r2')] }],
          },
        ],
      },
    ])
  })

  test('is nobody where there is room, or where no host could ever run it', () => {
    const waiting = [seenTask({}, { cpuMilli: 3000 })]
    expect(conflictsOf(waiting, [seenHost('h0', { cpuMilli: 4000 })], nowWallMs)).toEqual([])
    expect(conflictsOf(waiting, [seenHost('h0', { cpuMilli: 2000 })], nowWallMs)).toEqual([])
  })

  const busy = (over: object = {}) =>
    seenTask({ id: id('r'), state: 'running', host: 'h1', class: 'sim', tenant: 'a', ...over }, { cpuMilli: 4000 })
  const full = [seenHost('h1', { cpuMilli: 4000 })]

  test('is nobody who waits for other tasks to end, for company, or where a host drains', () => {
    const waiting = seenTask({}, { cpuMilli: 3000 })
    const { needs } = waiting
    expect(conflictsOf([busy(), waiting], full, nowWallMs)).toHaveLength(1)
    expect(conflictsOf([busy(), { ...waiting, code: 'after' }], full, nowWallMs)).toEqual([])
    const near = { ...waiting, needs: { ...needs, near: [{ group: 'cache', required: true }] } }
    expect(conflictsOf([busy(), near], full, nowWallMs)).toEqual([])
    const draining = full.map((host) => ({ ...host, offer: { ...host.offer, draining: true } }))
    expect(conflictsOf([busy(), waiting], draining, nowWallMs)).toEqual([])
  })

  test('counts what a holder was given, where that is not what it would rather have had', () => {
    const holder = busy()
    const given = {
      ...holder,
      alternative: 1,
      needs: { ...holder.needs, alternatives: [{ ...holder.needs.request, cpuMilli: 1000 }] },
    }
    const [conflict] = conflictsOf([given, seenTask({}, { cpuMilli: 3500 })], full, nowWallMs)
    expect(conflict?.at[0]).toMatchObject({ available: 3, needed: 3.5, holders: [{ amount: 1 }] })
  })

  test('adds up: what the holders have and what is left is what the host has', () => {
    const capacity = { cpuMilli: 4_000, memoryBytes: 10 ** 12 }
    const hosts = ['h0', 'h1', 'h2'].map((peer) => seenHost(peer, capacity))
    fc.assert(
      fc.property(seenTasks, (tasks) => {
        // As on a host that never overcommits.
        const used = new Map<string, number>()
        const sound = tasks.filter(({ state, host, needs }) => {
          if (state !== 'running' && state !== 'ending') return true
          const cpu = (used.get(host!) ?? 0) + needs.request.cpuMilli
          if (cpu > capacity.cpuMilli) return false
          used.set(host!, cpu)
          return true
        })
        for (const { at } of conflictsOf(sound, hosts, nowWallMs)) {
          for (const { peer, resource, available, needed, holders } of at) {
            expect(resource).toBe('cpu')
            expect(available).toBeLessThan(needed)
            expect(available).toBeCloseTo((capacity.cpuMilli - (used.get(peer) ?? 0)) / 1000, 6)
            const held = holders.reduce((sum, { amount }) => sum + amount, 0)
            if (holders.length < 4) expect(held + available).toBeCloseTo(capacity.cpuMilli / 1000, 6)
          }
        }
      }),
    )
  })
})
