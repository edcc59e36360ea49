import { describe, expect, test } from 'vitest'
import { Mesh } from './mesh.ts'

const bucketMs = 10_000

/** So many calls of `sleep` at once, every two minutes. */
function bursts(mesh: Mesh, times: number, size = 4, name = 'burst'): void {
  for (let i = 0; i < times; i++) {
    for (let k = 0; k < size; k++) mesh.submit('p0', `${name}-${i}-${k}-`, { ms: 2_000 })
    mesh.run(12 * bucketMs)
  }
}

const report = (mesh: Mesh) => mesh.node('p0').peer.demand({ buckets: 12, only: 'sleep' })[0]

describe('a peer', () => {
  test('counts what its host runs by class and foretells it', () => {
    const mesh = new Mesh({ p0: 8 })
    bursts(mesh, 6)
    const seen = report(mesh)
    const starts = seen?.quantities.find(({ quantity }) => quantity === 'starts')
    expect(starts?.history.reduce((sum: number, each) => sum + (each ?? 0), 0)).toBe(4)
    expect(starts?.history).toHaveLength(12)
    expect(starts?.ahead.map(({ ahead }) => ahead)).toEqual([1, 3, 6, 12])
    expect(starts?.accuracy.map(({ horizon }) => horizon)).toEqual([1, 3, 6, 12])
    expect(seen?.warm).toMatchObject({ mode: 'shadow', coldStarts: 0 })
  })

  test('has workers stand warm for what comes again and again, once that was cheaper, and tells by how much', () => {
    const mesh = new Mesh({ p0: 8 })
    bursts(mesh, 8)
    expect(mesh.traces('p0', 'warm.ordered')).toEqual([])
    bursts(mesh, 30, 4, 'later')
    const [promoted] = mesh.traces('p0', 'warm.promoted')
    expect(promoted!.forecastCost).toBeLessThan(promoted!.lastUsedCost)
    const orders = mesh
      .traces('p0', 'warm.ordered')
      .map(({ workers, before, code }) => `${before} to ${workers}: ${code}`)
    expect(new Set(orders)).toEqual(new Set(['0 to 4: due', '4 to 0: idle']))
    expect(report(mesh)?.warm.mode).toBe('live')
  })

  test('knows after a restart what it had learned', () => {
    const mesh = new Mesh({ p0: 8 })
    bursts(mesh, 10)
    const before = report(mesh)
    mesh.step('p0', { type: 'leave' })
    mesh.run(100)
    mesh.kill('p0')
    mesh.run(30_000)
    mesh.start('p0')
    mesh.run(bucketMs)
    const after = report(mesh)
    expect(after?.quantities.map(({ accuracy }) => accuracy[0]?.count)).toEqual(
      before?.quantities.map(({ accuracy }) => accuracy[0]?.count),
    )
    expect(after?.quantities[0]?.history.slice(-3, -1)).toEqual([null, null])
  })
})
