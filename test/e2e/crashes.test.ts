import { expect, test } from 'vitest'
import { isAlive, until } from './harness.ts'
import { hosts } from './network/hosts.ts'
import { onNetwork, times } from './network/on-network.ts'
import { processesWith, signalAll } from './network/processes.ts'
import { expectPromisesKept } from './network/promises.ts'

onNetwork('five peers that are killed', (mesh) => {
  const { register } = mesh

  test('a killed host takes its processes with it; its tasks run again elsewhere', async () => {
    const tasks = await mesh.submit(
      'one',
      times(8, () => register.task(3, { labels: { first: 'false' } })),
    )
    await until('one runs', () => register.starts(tasks).length > 0)
    const { host } = register.starts(tasks)[0]!
    const lost = register.runs(tasks, host)
    await mesh.kill(host)
    for (const { task, fence } of lost) {
      await until('it has begun elsewhere', () => register.starts([task]).length > 1)
      expect(processesWith('SOUK_FENCE', fence)).toEqual([])
    }
    const outcomes = await expectPromisesKept(mesh, tasks)
    expect(outcomes.map(({ kind }) => kind)).toEqual(tasks.map(() => 'succeeded'))
  })

  test('the origin killed between acceptance and award: its tasks finish without it', async () => {
    const tasks = await mesh.submit(
      'two',
      times(30, () => register.task(0.5)),
    )
    await mesh.kill('two')
    expect(register.starts(tasks).length).toBeLessThan(tasks.length)
    const outcomes = await expectPromisesKept(mesh, tasks)
    expect(outcomes.map(({ kind }) => kind)).toEqual(tasks.map(() => 'succeeded'))
    await mesh.restore()
    expect(await mesh.outcomes('two', tasks)).toEqual(outcomes)
  })

  test('the winner killed between award and start: its tasks run elsewhere', async () => {
    const [first] = await mesh.submit('one', [register.task(0, { labels: { host: 'four' } })])
    await mesh.outcomes('one', [first!])
    // Who starts the processes there is frozen: what is awarded to four does not begin.
    const guardian = mesh.guardian('four')
    signalAll('SIGSTOP', [guardian])
    const winner = mesh.peer('four').peer
    const tasks: string[] = []
    const isAwarded = (task: string) =>
      mesh.events('one').some((event) => event.event === 'task.awarded' && event.task === task && event.to === winner)
    await until('four has won one', async () => {
      const more = times(4, () => register.task(0.3, { labels: { first: 'false' } }))
      tasks.push(...(await mesh.submit('one', more)))
      return tasks.some(isAwarded)
    })
    await mesh.kill('four')
    signalAll('SIGCONT', [guardian])
    const outcomes = await expectPromisesKept(mesh, tasks)
    expect(outcomes.map(({ kind, host }) => ({ kind, there: host === winner }))).toEqual(
      tasks.map(() => ({ kind: 'succeeded', there: false })),
    )
    await until('who starts processes has ended with its peer', () => !isAlive(guardian))
  })

  test('all killed and started again: what was accepted finishes, and what had ended is as it was', async () => {
    const ended = await mesh.submit(
      'three',
      times(4, () => register.task(0.2)),
    )
    const outcomesBefore = await expectPromisesKept(mesh, ended)
    const open = await mesh.submit(
      'four',
      times(14, () => register.task(2)),
    )
    await until('many run', () => register.starts(open).length > 5)
    await mesh.kill(...hosts)
    await until('no process is left', () => open.every((task) => processesWith('SOUK_TASK', task).length === 0))
    await mesh.restore()
    expect(await expectPromisesKept(mesh, ended)).toEqual(outcomesBefore)
    const outcomes = await expectPromisesKept(mesh, open)
    expect(outcomes.map(({ kind }) => kind)).toEqual(open.map(() => 'succeeded'))
  })
})
