import type { LinkLine, PeerLine, Status } from '@souk/client'
import { expect, test } from 'vitest'
import { auditCheck } from '../src/doctor/audit-check.ts'
import { limitsCheck } from '../src/doctor/limits-check.ts'
import { keepersCheck, linkCheck, meshChecks, unendableCheck } from '../src/doctor/peer-checks.ts'

const whole: LinkLine = {
  id: '12D3KooWAApS52cQEAApBhdsZBZvVnZs8Vcj5Uu4i21xfjDxW1FR',
  name: 'birch',
  addresses: ['/ip4/10.0.0.2/tcp/7171'],
  discovered: true,
  dialled: true,
  connected: true,
  authenticated: true,
  subscribed: true,
  failures: 0,
}

test('a whole way to a peer is fine, hop by hop', () => {
  expect(linkCheck(whole)).toEqual({
    name: 'birch',
    level: 'ok',
    seen: 'discovered > dialled > authenticated > subscribed',
  })
  expect(linkCheck({ ...whole, way: 'direct' })).toEqual(linkCheck(whole))
  expect(linkCheck({ ...whole, way: 'relayed' }).seen).toMatch(/subscribed; through a relay$/)
  const { seen } = linkCheck({ ...whole, receivedMbps: 940.4, sentMbps: 12.34 })
  expect(seen).toMatch(/subscribed; 940 Mb\/s from it, 12.3 Mb\/s to it$/)
})

test('the hop that fails is named with what was seen there and what to do', () => {
  const broken = { ...whole, connected: false, authenticated: false, subscribed: false }
  const lastError = { code: 'connection-refused', message: 'nothing listens on that port' }
  const cases: [LinkLine, string, string, RegExp][] = [
    [{ ...broken, addresses: [] }, 'fail', 'not discovered', /--peer/],
    [{ ...broken, lastError }, 'fail', 'discovered > not dialled: nothing listens on that port', /firewall/],
    [{ ...broken, connected: true }, 'fail', 'discovered > dialled > not authenticated', /invitation/],
    [{ ...whole, subscribed: false }, 'warn', 'discovered > dialled > authenticated > not subscribed', /anti-entropy/],
  ]
  for (const [link, level, seen, next] of cases) {
    expect(linkCheck(link)).toMatchObject({ level, seen, next: expect.stringMatching(next) })
  }
})

test('a peer that has come back is not said to have another key because it could not be dialled while it was away', () => {
  const lastError = { code: 'connection-refused', message: 'nothing listens on that port' }
  const { seen, next } = linkCheck({ ...whole, authenticated: false, subscribed: false, lastError })
  expect(seen).toBe('discovered > dialled > not authenticated')
  expect(next).toMatch(/^they may have met just now: souk doctor again/)
  const otherKey = { code: 'wrong-network-key', message: 'it has another network key' }
  expect(linkCheck({ ...whole, authenticated: false, lastError: otherKey }).next).toMatch(
    /^its certificate or network key/,
  )
})

test('a peer that left is nothing wrong; one that left and is there again is looked at like any other', () => {
  const lastError = { code: 'connection-refused', message: 'nothing listens on that port' }
  const gone = { ...whole, connected: false, authenticated: false, subscribed: false, lastError }
  expect(linkCheck(gone, true)).toMatchObject({ level: 'ok', seen: expect.stringMatching(/^it left: .*souk up/) })
  expect(linkCheck(whole, true)).toEqual(linkCheck(whole))
})

test('who was removed is told to join as a new peer, not to ask for another invitation', () => {
  const lastError = { code: 'certificate-revoked', message: 'it was removed from this mesh' }
  const { seen, next } = linkCheck({ ...whole, authenticated: false, subscribed: false, lastError })
  expect(seen).toContain('not authenticated: it was removed')
  expect(next).toContain('souk reset')
})

test('a peer that has shown no name is told by its id', () => {
  expect(linkCheck({ ...whole, name: '' }).name).toBe('12D3..W1FR')
})

test('a mesh with one admin, or without a host that runs anything, is in danger', () => {
  const peer = (role: string, executors: string[]) =>
    ({ role, name: role, state: 'alive', executors }) as unknown as PeerLine
  const levels = (peers: PeerLine[]) => Object.fromEntries(meshChecks(peers).map((check) => [check.name, check.level]))
  expect(levels([peer('admin', ['process']), peer('host', [])])).toEqual({ admins: 'warn', hosts: 'ok' })
  expect(levels([peer('admin', []), peer('admin', [])])).toEqual({ admins: 'ok', hosts: 'fail' })
})

test('three members of whom fewer than three keep custody are warned of', () => {
  const check = (members: number, keepers: number, custodians: Status['keeping']['custodians']) =>
    keepersCheck({ members, keepers, custodians, here: true, heardFromMajority: true })
  expect(check(2, 2, 1)).toEqual([])
  expect(check(4, 2, 1)).toMatchObject([{ level: 'warn', seen: expect.stringContaining('2 of 4 members') }])
  expect(check(4, 3, 3)).toMatchObject([{ level: 'ok', seen: expect.stringContaining('by 3 of them') }])
})

test('who keeps the limits of commands is told; where nobody does, what to do', () => {
  const kernel = { memory: 'cgroup-v2', cpu: 'cgroup-v2', processes: 'cgroup-v2', reason: '' } as const
  expect(limitsCheck(kernel)).toEqual({
    name: 'limits',
    level: 'ok',
    seen: 'memory, cpu, processes by cgroup v2',
  })
  const watched = {
    memory: 'watchdog',
    cpu: 'nothing',
    processes: 'watchdog',
    reason: 'no cgroups are mounted',
  } as const
  expect(limitsCheck(watched)).toMatchObject({
    level: 'warn',
    seen: 'memory, processes by watchdog; cpu not enforced (no cgroups are mounted)',
    next: expect.stringContaining('Delegate=yes'),
  })
  const chosen = { ...kernel, cpu: 'nothing', reason: 'the owner lets commands use idle CPUs' } as const
  expect(limitsCheck(chosen).level).toBe('ok')
})

test('what the audit of the host finds is told with its numbers; where the peer itself is wrong, it fails', () => {
  const one = { task: '3f8k2m5n7p9q1r3s5t7v9w10', resource: 'run', seen: 1, allowed: 0 }
  const over = { code: 'over-capacity', resource: 'cpuMilli', seen: 4000, allowed: 2500 }
  const used = { ...one, code: 'over-promise', resource: 'memoryBytes', seen: 2e9, allowed: 1e9 }
  expect(auditCheck({ breaches: [], breachesEver: 0 })).toMatchObject({ level: 'ok' })
  expect(auditCheck({ breaches: [], breachesEver: 3 }).seen).toContain('3 times it did not')
  expect(auditCheck({ breaches: [over, used], breachesEver: 2 })).toMatchObject({
    level: 'warn',
    seen:
      'over-capacity: 4 of cpu are promised, 2.5 are there\n' +
      'over-promise: 3f8k2m5n uses 2 GB of memory, and asked for 1 GB',
  })
  const stray = auditCheck({ breaches: [{ ...one, code: 'unknown-run' }], breachesEver: 1 })
  expect(stray).toMatchObject({ level: 'fail', seen: expect.stringContaining('3f8k2m5n runs, and was never ordered') })
})

test('tasks that can never end are told with what helps', () => {
  expect(unendableCheck({ tasks: [], total: 0 })).toEqual([])
  const [check] = unendableCheck({ tasks: [{ id: 'a1' }, { id: 'b2' }], total: 7 })
  expect(check).toMatchObject({ level: 'warn', next: expect.stringContaining('souk cancel --unendable') })
  expect(check!.seen).toContain('7 open tasks can never end')
  expect(check!.seen).toContain('a1, b2 and more')
})
