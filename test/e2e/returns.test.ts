import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { until } from './harness.ts'
import { onNetwork, pause, times } from './network/on-network.ts'
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
    const { pid } = mesh.peer(host)
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
    const others = [mesh.guardian(host), mesh.peer(host).pid]
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

  test('submitted again with its key through another peer, after the first one died, a task is the same and runs once', async () => {
    const task = register.task(1, { key: 'once', labels: { host: 'four' } })
    const [id] = await mesh.submit('three', [task])
    await mesh.kill('three')
    expect(await mesh.submit('two', [task])).toEqual([id])
    const outcomes = await expectPromisesKept(mesh, [id!])
    expect(outcomes).toMatchObject([{ kind: 'succeeded' }])
    expect(await mesh.submit('four', [task])).toEqual([id])
    await mesh.restore()
    expect(await mesh.submit('three', [task])).toEqual([id])
    expect(await expectPromisesKept(mesh, [id!])).toEqual(outcomes)
    expect(register.starts([id!])).toHaveLength(1)
  })

  test('a submit that got no answer, for its peer died over it, is made again with its key: one task, run once', async () => {
    const task = register.task(1, { key: 'unanswered', labels: { host: 'four' } })
    const before = mesh.events('three').length
    const submitting = mesh.begin('three', ['submit', '--file', '-', '--json'], JSON.stringify(task))
    const isSubmitted = () =>
      mesh
        .events('three')
        .slice(before)
        .some(({ event }) => event === 'task.submitted')
    await until('three has the submit', isSubmitted)
    await mesh.kill('three')
    submitting.child.kill('SIGKILL')
    const [id] = await mesh.submit('two', [task])
    expect(await mesh.submit('four', [task])).toEqual([id])
    expect(await expectPromisesKept(mesh, [id!])).toMatchObject([{ kind: 'succeeded' }])
    expect(register.starts([id!])).toHaveLength(1)
  })

  // The last one: the peer that is gone for good stays a member, and would be a custodian of later tasks.
  test('a deleted data folder: the host comes back as another peer, and no task is lost', async () => {
    const ended = await mesh.submit(
      'five',
      times(4, () => register.task(0.2)),
    )
    const outcomesBefore = await expectPromisesKept(mesh, ended)
    const open = await mesh.submit(
      'five',
      times(4, () => register.task(0.2, { labels: { site: 'new' } })),
    )
    const before = mesh.peer('five').peer
    await mesh.kill('five')
    rmSync(mesh.data('five'), { recursive: true })
    await mesh.up('five', ['join', '-'], await mesh.invite('one'), ['--label', 'site=new'])
    expect(mesh.peer('five').peer).not.toBe(before)
    await mesh.met()
    expect(await expectPromisesKept(mesh, ended)).toEqual(outcomesBefore)
    const outcomes = await expectPromisesKept(mesh, open)
    expect(outcomes.map(({ kind }) => kind)).toEqual(open.map(() => 'succeeded'))
  })
})
