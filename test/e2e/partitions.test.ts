import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from './harness.ts'
import { type Host, hosts } from './network/hosts.ts'
import type { Submitted } from './network/network-mesh.ts'
import { onNetwork, pause, times } from './network/on-network.ts'
import { processesWith } from './network/processes.ts'
import { expectPromisesKept } from './network/promises.ts'

onNetwork('five peers, links that fail', (mesh) => {
  const { network, register } = mesh

  test('a link that is down for less than a lease makes nothing run twice', async () => {
    const tasks = await mesh.submit(
      'one',
      times(8, () => register.task(1.5, { labels: { first: 'false' } })),
    )
    await until('one runs', () => register.starts(tasks).length > 0)
    network.cut(register.starts(tasks)[0]!.host)
    await pause(500)
    network.heal()
    const outcomes = await expectPromisesKept(mesh, tasks)
    expect(outcomes.map(({ kind }) => kind)).toEqual(tasks.map(() => 'succeeded'))
    expect(register.starts(tasks)).toHaveLength(tasks.length)
  })

  test('a link that stays down: the runs behind it are stopped, and only then begun elsewhere', async () => {
    const tasks = await mesh.submit(
      'one',
      times(8, () => register.task(5, { labels: { first: 'false' } })),
    )
    await until('one runs', () => register.starts(tasks).length > 0)
    const { host } = register.starts(tasks)[0]!
    const behind = register.runs(tasks, host)
    network.cut(host)
    for (const { task, fence } of behind) {
      await until('it has begun elsewhere', () => register.starts([task]).length > 1)
      expect(processesWith('SOUK_FENCE', fence)).toEqual([])
    }
    network.heal()
    await mesh.met()
    const outcomes = await expectPromisesKept(mesh, tasks)
    expect(outcomes.map(({ kind }) => kind)).toEqual(tasks.map(() => 'succeeded'))
  })

  test('splits that move: who has a majority goes on, who has none refuses, and what was accepted ends', async () => {
    const accepted: { id: string; side: readonly Host[]; custodians: readonly string[] }[] = []
    const refused: Submitted[] = []
    const submitTo = async (side: readonly Host[]): Promise<boolean> => {
      const submitted = await mesh.trySubmit(
        side[0]!,
        times(4, () => register.task(1)),
      )
      const ids = submitted.flatMap(({ id }) => id ?? [])
      // At once: who is away for ten seconds is replaced.
      const details = await Promise.all(ids.map((id) => mesh.detail(side[0]!, id)))
      accepted.push(...details.map(({ custodians }, i) => ({ id: ids[i]!, side, custodians })))
      refused.push(...submitted.filter(({ id }) => id === undefined))
      return ids.length > 0
    }
    const minorities: [Host, Host][] = [
      ['one', 'two'],
      ['three', 'four'],
      ['five', 'two'],
    ]
    for (const minority of minorities) {
      network.split(...minority)
      const majority = hosts.filter((host) => !minority.includes(host))
      await Promise.all([submitTo(minority), until('the majority accepts', () => submitTo(majority))])
    }
    network.heal()
    await mesh.met()
    expect(refused).not.toEqual([])
    for (const { code, message } of refused) {
      expect(code).toMatch(/^(no-quorum|submit-unknown)$/)
      expect(message).toMatch(/custodians/)
    }
    const tasks = accepted.map(({ id }) => id)
    const outcomes = await expectPromisesKept(mesh, tasks)
    expect(outcomes.map(({ kind }) => kind)).toEqual(tasks.map(() => 'succeeded'))
    for (const { id, side, custodians } of accepted) {
      const there = custodians.filter((peer) => side.some((host) => mesh.peer(host).peer === peer))
      expect(there.length, `of ${custodians.length} custodians of ${id}`).toBeGreaterThan(custodians.length / 2)
    }
  })

  test.each([2, 10])(
    'the message of a completion is lost for %i s: one outcome, of the run that came last',
    async (seconds) => {
      const flag = join(mesh.root, `cut-${seconds}`)
      const cut = `test -e ${flag} || { ip -n ${network.switch} link set $SOUK_HOST down && touch ${flag}; }`
      const task = register.task(1.5, { labels: { first: 'false' } }, ['sh', '-c', cut])
      const tasks = await mesh.submit('one', [task])
      await until('it has ended, cut off', () => existsSync(flag))
      await pause(seconds * 1000)
      network.heal()
      await mesh.met()
      expect(await expectPromisesKept(mesh, tasks)).toMatchObject([{ kind: 'succeeded' }])
      if (seconds > 4) expect(register.starts(tasks)).toHaveLength(2)
    },
  )

  test('cancel while the host is cut off is confirmed only when the process is gone, and stays so', async () => {
    const tasks = await mesh.submit('one', [register.task(60, { labels: { first: 'false' } })])
    await until('it runs', () => register.starts(tasks).length === 1)
    const { host } = register.starts(tasks)[0]!
    // For over a second, so that its lease is kept up.
    await pause(1500)
    network.cut(host)
    const { out } = await mesh.souk('one', ['cancel', tasks[0]!, '--json'])
    const answeredMs = Date.now()
    expect(JSON.parse(out)).toEqual({ task: tasks[0], answer: 'cancelled' })
    expect(processesWith('SOUK_TASK', tasks[0]!)).toEqual([])
    network.heal()
    await mesh.met()
    expect(await expectPromisesKept(mesh, tasks)).toMatchObject([{ kind: 'cancelled' }])
    // Where the command is slow to come, it may have been started elsewhere before it.
    expect(register.starts(tasks).filter(({ atMs }) => atMs > answeredMs)).toEqual([])
  })
})
