import { expect, test } from 'vitest'
import { until } from './harness.ts'
import type { Host } from './network/network-mesh.ts'
import { onNetwork, pause } from './network/on-network.ts'
import { processesWith, signalAll } from './network/processes.ts'
import { expectPromisesKept } from './network/promises.ts'

onNetwork('five peers that freeze, forget and come back', (mesh) => {
  const { register } = mesh

  test('a peer frozen past its lease: its guardian has ended the run before another begins', async () => {
    const tasks = await mesh.submit('one', [register.task(5, { labels: { first: 'false' } })])
    await until('it runs', () => register.starts(tasks).length === 1)
    const { fence, host } = register.starts(tasks)[0]!
    // For over a second, so that its lease is kept up.
    await pause(1500)
    const { pid } = mesh.peer(host as Host)
    signalAll('SIGSTOP', [pid])
    await until('it has begun elsewhere', () => register.starts(tasks).length === 2)
    expect(processesWith('SOUK_FENCE', fence)).toEqual([])
    signalAll('SIGCONT', [pid])
    await mesh.met()
    expect(await expectPromisesKept(mesh, tasks)).toMatchObject([{ kind: 'succeeded' }])
    expect(register.starts(tasks)).toHaveLength(2)
  })

  test('a whole host frozen past the lease: what it does late is refused by its fence, and its outcome counts for nothing', async () => {
    const tasks = await mesh.submit('one', [register.task(4, { labels: { first: 'false' } })])
    await until('it runs', () => register.starts(tasks).length === 1)
    const { fence, host } = register.starts(tasks)[0]!
    await pause(1500)
    const processes = processesWith('SOUK_FENCE', fence)
    const others = [mesh.guardian(host as Host), mesh.peer(host as Host).pid]
    signalAll('SIGSTOP', [...others, ...processes])
    await until('it has begun elsewhere', () => register.starts(tasks).length === 2)
    // The run wakes before who would end it.
    signalAll('SIGCONT', processes)
    await until('its late effect is refused', () => register.effects(tasks).some(({ counts }) => !counts))
    signalAll('SIGCONT', others)
    await mesh.met()
    expect(await expectPromisesKept(mesh, tasks)).toMatchObject([{ kind: 'succeeded' }])
    const refused = register.effects(tasks).filter(({ counts }) => !counts)
    expect(refused).toMatchObject([{ fence, what: 'end', host }])
  })
})
