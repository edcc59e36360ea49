import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Task } from '@souk/client'
import { afterAll, expect, test } from 'vitest'
import { isAlive, souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const log = join(mesh.root, 'ran')
const gate = (name: string): string => join(mesh.root, `open-${name}`)

/** Says that it ran, once its gate is open. */
const held = (name: string, site: string): Task => ({
  argv: ['sh', '-c', `while [ ! -e ${gate(site)} ]; do sleep 0.1; done; echo ${name} >> ${log}`],
  labels: { site },
})
const brief = (name: string): Task => ({ argv: ['sh', '-c', `echo ${name} >> ${log}`] })
const named = <T>(count: number, toTask: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => toTask(i))

test('a peer with 200 waiting and 8 running tasks drains and goes: none is lost, none is run twice', async () => {
  const offer = (slots: number, site: string) => ['--offer', `cpu=${slots},slots=${slots}`, '--label', `site=${site}`]
  const first = await mesh.add('first', offer(8, 'first'))
  const second = await mesh.add('second', offer(2, 'second'))
  const third = await mesh.add('third', offer(2, 'third'))
  await mesh.met()
  const [client, other] = [await mesh.client(first), await mesh.client(second)]
  const load = async () => {
    const lines = await other.peers()
    return [first, second, third].map(({ peer }) => lines.find(({ id }) => id === peer)!)
  }
  const long = [
    ...named(8, (i) => held(`first-${i}`, 'first')),
    ...['second', 'third'].flatMap((site) => named(2, (i) => held(`${site}-${i}`, site))),
  ]
  const ids = await Promise.all(client.submitAll(long).map(({ id }) => id))
  await until('every slot is taken', async () => {
    return (await load()).map(({ running }) => running).join() === '8,2,2'
  })
  const later = client.submitAll(named(200, (i) => brief(`waiting-${i}`)))
  ids.push(...(await Promise.all(later.map(({ id }) => id))))
  await until('the others wait', async () => (await client.peers()).some((line) => line.self && line.waiting === 200))

  await until('it shows that moving gains nothing', async () => {
    const { out } = await souk(['balance', '--data', second.data, '--json'])
    const { waiting, strategy, plan } = JSON.parse(out)
    const nothing = plan.moves.length === 0 && plan.leftOut.every(({ code }: { code: string }) => code === 'no-room')
    return waiting === 200 && strategy.strategy === 'none' && strategy.code === 'saturated' && nothing
  })
  const applied = await souk(['balance', '--data', second.data, '--apply'])
  expect(applied).toMatchObject({ code: 0, out: 'carried out: nothing was to be moved\n' })

  const drained = await souk(['drain', '--data', first.data, '--json'])
  expect(JSON.parse(drained.out)).toMatchObject({ state: 'draining', handedOver: 200, waiting: 0, held: 0, running: 8 })
  await until('they wait elsewhere', async () => {
    const [, ...others] = await load()
    return others.reduce((sum, line) => sum + line.waiting, 0) === 200
  })
  expect((await souk(['peers', '--data', second.data])).out).toMatch(/first .* draining/)
  expect((await souk(['status', '--data', first.data])).out).toContain('200 handed over, 8 running')

  for (const site of ['first', 'second', 'third']) writeFileSync(gate(site), '')
  expect(await souk(['drain', '--data', first.data, '--wait'])).toMatchObject({ code: 0, out: 'drained\n' })
  expect(await souk(['down', '--data', first.data])).toMatchObject({ code: 0, out: 'first is down\n' })
  expect(isAlive(first.pid)).toBe(false)
  const outcomes = await Promise.all(ids.map((id) => other.wait(id)))
  expect(outcomes.filter(({ kind, attempts }) => kind !== 'succeeded' || attempts.length > 0)).toEqual([])
  const ran = readFileSync(log, 'utf8').trim().split('\n')
  expect(new Set(ran).size).toBe(212)
  expect(ran).toHaveLength(212)
})

test('it takes work again once it is told to, and explain says why a task left it', async () => {
  const first = await mesh.start('first', ['up'], ['--offer', 'cpu=1,slots=1', '--label', 'site=first'])
  await mesh.met()
  await souk(['undrain', '--data', first.data])
  const client = await mesh.client(first)
  const handle = client.submit({ argv: ['true'], labels: { site: 'first', never: 'yes' } })
  const id = await handle.id
  await until('it waits there', async () => (await client.peers()).some((line) => line.self && line.waiting === 1))
  expect((await souk(['drain', '--data', first.data])).out).toBe('draining: 1 handed over\n')
  await until('it has left', async () => (await client.task(id)).timeline.some(({ detail }) => detail === 'draining'))
  expect((await souk(['explain', '--data', first.data, id])).out).toContain('draining')
  expect(await souk(['undrain', '--data', first.data])).toMatchObject({ code: 0, out: 'it takes work again\n' })
  expect((await client.status()).drain.state).toBe('off')
  await client.cancel(id)
  const again = await souk(['run', '--data', first.data, '--label', 'site=first', '--', 'echo', 'here'])
  expect(again).toMatchObject({ code: 0, out: 'here\n' })
})

test('a peer that goes stops what takes too long, and it runs elsewhere, once', async () => {
  const [first, second] = [mesh.peers[0]!, mesh.peers[1]!]
  const [client, other] = [await mesh.client(first), await mesh.client(second)]
  const waits = { argv: ['sh', '-c', `while [ ! -e ${gate('last')} ]; do sleep 0.1; done; echo last >> ${log}`] }
  const id = await client.submit(waits).id
  await until('it runs', async () => (await client.task(id)).state === 'running')
  const { bearer } = await client.task(id)
  const at = mesh.peers.find(({ peer }) => peer === bearer)!
  const rest = at === first ? other : client
  expect(await souk(['down', '--data', at.data, '--drain', '300ms'])).toMatchObject({ code: 0 })
  writeFileSync(gate('last'), '')
  expect(await rest.wait(id)).toMatchObject({ kind: 'succeeded', attempts: [] })
  expect(
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line === 'last'),
  ).toHaveLength(1)
})
