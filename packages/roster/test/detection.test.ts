import { describe, expect, test } from 'vitest'
import { rosterDefaults } from '../src/index.ts'
import { suspicionTimeoutMs } from '../src/suspicions.ts'
import { Mesh } from './mesh.ts'

function settled(seed: string, peers: number): Mesh {
  const mesh = new Mesh(seed)
  mesh.startMany(peers)
  mesh.run(5000)
  return mesh
}

const others = (mesh: Mesh, peer: string) => mesh.up().filter((host) => host.peer !== peer)

describe('a peer that vanishes', () => {
  test('whose links close is unreachable at once and dead once its time to deny is over', () => {
    const mesh = settled('kill', 10)
    mesh.kill('p03')
    for (const host of mesh.up()) expect(host.roster.reachable('p03')).toBe(false)
    expect(new Set(mesh.states('p03'))).toEqual(new Set(['alive']))
    mesh.run(1500)
    expect(new Set(mesh.states('p03'))).toEqual(new Set(['suspect']))
    mesh.run(suspicionTimeoutMs(rosterDefaults, 10, 3) + 1000)
    expect(new Set(mesh.states('p03'))).toEqual(new Set(['dead']))
  })

  test('that freezes with its links open is unreachable to its prober after one missed answer, dead to all later', () => {
    const mesh = settled('freeze', 10)
    mesh.freeze('p03')
    mesh.run(1500)
    expect(mesh.up().some((host) => !host.roster.reachable('p03'))).toBe(true)
    mesh.run(13_000)
    expect(new Set(mesh.states('p03'))).toEqual(new Set(['dead']))
    expect(others(mesh, 'p03').some((host) => host.roster.reachable('p03'))).toBe(false)
  })

  test('nobody else is ever suspected for it', () => {
    const mesh = settled('accuse', 10)
    mesh.kill('p03')
    mesh.run(30_000)
    expect(new Set(mesh.changes.filter((c) => c.state !== 'alive').map((c) => c.peer))).toEqual(new Set(['p03']))
  })

  test('of two peers the one that is left finds out alone', () => {
    const mesh = settled('pair', 2)
    mesh.freeze('p01')
    mesh.run(8000)
    expect(mesh.roster('p00').get('p01')?.state).toBe('dead')
    expect(mesh.roster('p00').reachable('p00')).toBe(true)
  })
})

describe('a peer that comes back', () => {
  test('denies the suspicion and lives on in the same life', () => {
    const mesh = settled('deny', 8)
    mesh.freeze('p02')
    mesh.run(2500)
    expect(mesh.states('p02')).toContain('suspect')
    mesh.thaw('p02')
    mesh.run(4000)
    expect(new Set(mesh.states('p02'))).toEqual(new Set(['alive']))
    for (const host of mesh.up()) {
      expect(host.roster.reachable('p02')).toBe(true)
      expect(host.roster.get('p02')?.incarnation).toBe(1)
    }
    expect(mesh.changes.some((c) => c.peer === 'p02' && c.state === 'dead')).toBe(false)
    expect(
      mesh
        .roster('p02')
        .snapshot()
        .members.find((m) => m.peer === 'p02')?.denial,
    ).toBeGreaterThan(0)
  })

  test('after it was declared dead returns by a denial once its links work again', () => {
    const mesh = settled('undead', 6)
    mesh.freeze('p02')
    mesh.run(15_000)
    expect(others(mesh, 'p02').map((host) => host.roster.get('p02')?.state)).toEqual(Array(5).fill('dead'))
    mesh.thaw('p02')
    mesh.run(15_000)
    expect(new Set(mesh.states('p02'))).toEqual(new Set(['alive']))
  })

  test('with a higher incarnation replaces its old life at once', () => {
    const mesh = settled('restart', 6)
    mesh.kill('p02')
    mesh.run(12_000)
    expect(new Set(mesh.states('p02'))).toEqual(new Set(['dead']))
    mesh.start('p02', 2)
    for (const host of others(mesh, 'p02')) {
      expect(host.roster.get('p02')).toMatchObject({ state: 'alive', incarnation: 2, reachable: true })
      // The old life's offer is not the new one's.
      expect(host.roster.offerOf('p02')).toBeUndefined()
    }
    mesh.run(1000)
    for (const host of others(mesh, 'p02')) expect(host.roster.offerOf('p02')).toBeDefined()
  })
})

describe('a link that does not work', () => {
  test('between two peers makes them unreachable to each other, and the others vouch for both', () => {
    const mesh = settled('one-link', 6)
    mesh.cut('p00', 'p01')
    mesh.run(20_000)
    expect(mesh.roster('p00').reachable('p01')).toBe(false)
    expect(mesh.roster('p01').reachable('p00')).toBe(false)
    expect(mesh.roster('p02').reachable('p00')).toBe(true)
    expect(mesh.changes.filter((c) => c.state !== 'alive')).toEqual([])
    mesh.heal()
    mesh.run(3000)
    expect(mesh.roster('p00').reachable('p01')).toBe(true)
  })

  test('also when it is closed and cannot be opened again', () => {
    const mesh = settled('no-link', 6)
    mesh.unlink('p00', 'p01')
    mesh.run(20_000)
    expect(mesh.roster('p00').get('p01')).toMatchObject({ state: 'alive', connected: false, reachable: false })
    expect(mesh.changes.filter((c) => c.state !== 'alive')).toEqual([])
  })

  test('a partition buries the other side and its end brings everybody back', () => {
    const mesh = settled('partition', 8)
    const left = ['p00', 'p01', 'p02']
    const right = ['p03', 'p04', 'p05', 'p06', 'p07']
    for (const a of left) for (const b of right) mesh.cut(a, b)
    mesh.run(60_000)
    expect(mesh.roster('p00').get('p07')?.state).toBe('dead')
    expect(mesh.roster('p07').get('p00')?.state).toBe('dead')
    expect(mesh.roster('p07').reachable('p03')).toBe(true)
    mesh.heal()
    mesh.run(40_000)
    for (const host of mesh.up()) {
      for (const member of host.roster.members()) expect(member).toMatchObject({ state: 'alive', reachable: true })
    }
  })

  test('that loses a tenth of all messages kills nobody', () => {
    const mesh = settled('loss', 10)
    mesh.lossOfMessages = 0.1
    mesh.run(60_000)
    expect(mesh.changes.filter((c) => c.state === 'dead')).toEqual([])
    mesh.lossOfMessages = 0
    mesh.run(3000)
    for (const host of mesh.up()) for (const m of host.roster.members()) expect(m.reachable).toBe(true)
  })
})

describe('an observer in a bad way', () => {
  test('that lags waits longer before it calls a peer unreachable or suspect', () => {
    const suspectedAfter = (lagMs: number) => {
      const mesh = settled('lag', 2)
      const since = mesh.now
      mesh.freeze('p01')
      mesh.tell('p00', { type: 'lag', lagMs })
      mesh.run(60_000)
      return mesh.changes.find((c) => c.peer === 'p01' && c.state === 'suspect')!.at - since
    }
    expect(suspectedAfter(50)).toBe(suspectedAfter(0))
    expect(suspectedAfter(500)).toBeGreaterThan(2 * suspectedAfter(0))
  })

  test('that was frozen itself accuses nobody when it wakes', () => {
    const mesh = settled('stopped', 5)
    mesh.freeze('p00')
    mesh.run(1000)
    const since = mesh.now
    mesh.run(20_000)
    mesh.thaw('p00')
    mesh.run(20_000)
    expect(mesh.changes.filter((c) => c.by === 'p00' && c.at > since && c.state !== 'alive')).toEqual([])
  })

  test('that nobody confirms buries the others later than a confirmed one', () => {
    const alone = suspicionTimeoutMs(rosterDefaults, 10, 0)
    const confirmed = suspicionTimeoutMs(rosterDefaults, 10, 3)
    expect([alone, confirmed]).toEqual([24_000, 4000])
    expect(suspicionTimeoutMs(rosterDefaults, 10, 1)).toBeLessThan(alone)
    expect(suspicionTimeoutMs(rosterDefaults, 100, 3)).toBe(8000)
    // Of two nobody is left to confirm.
    expect(suspicionTimeoutMs(rosterDefaults, 2, 0)).toBe(4000)
  })
})
