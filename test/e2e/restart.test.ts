import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isAlive, souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

test('a peer that was killed is recognised as gone, and comes back as itself with what it had accepted', async () => {
  const first = await mesh.add('first', ['--offer', 'cpu=1,slots=1'])
  const { out } = await souk(['submit', '--data', first.data, '--label', 'site=later', '--', 'echo', 'kept'])
  const id = out.trim()
  process.kill(first.pid, 'SIGKILL')
  await until('it is gone', () => !isAlive(first.pid))
  const stale = await souk(['status', '--data', first.data])
  expect(stale).toMatchObject({ code: 69, err: expect.stringContaining(`process ${first.pid} does not exist`) })
  expect(stale.err).toContain('next: souk up')
  const again = await mesh.start('first', ['up'], ['--offer', 'cpu=1,slots=1', '--label', 'site=later'])
  expect(again.peer).toBe(first.peer)
  expect(await souk(['result', '--data', first.data, id, '--wait'])).toMatchObject({ code: 0, out: 'kept\n' })
})

test('peers find each other again after one restarts', async () => {
  const second = await mesh.add('second')
  await mesh.met()
  await souk(['down', '--data', second.data])
  expect(isAlive(second.pid)).toBe(false)
  await mesh.start('second', ['up'])
  await mesh.met()
})

test('a peer that is killed finds the others again by what it wrote down when it met them', async () => {
  const [first, second] = [mesh.peers[0]!, mesh.peers[1]!]
  const known = join(first.data, 'peers.json')
  // Where the second was before its restart nobody answers any more, and the first one's own port will be another.
  await until(
    'it is written down',
    () => existsSync(known) && readFileSync(known, 'utf8').includes(second.addresses[0]!),
  )
  process.kill(first.pid, 'SIGKILL')
  await mesh.start('first', ['up'], ['--offer', 'cpu=1,slots=1', '--label', 'site=later'])
  await mesh.met()
})

test('a peer goes by the name that its mesh knows, whatever it is started with', async () => {
  const second = mesh.peers[1]!
  await souk(['down', '--data', second.data])
  const again = await mesh.start('second', ['up'], ['--name', 'another'])
  expect(again.name).toBe('second')
  await mesh.met()
  const words = ['--label', 'host=second', '--', 'sh', '-c', 'echo $SOUK_HOST']
  expect(await souk(['run', '--data', again.data, ...words])).toMatchObject({ code: 0, out: 'second\n' })
})

test('what a killed peer was running does not outlive it', async () => {
  const peer = mesh.peers[0]!
  const marker = `${mesh.root}/alive`
  const script = `echo $$ > ${marker}; exec sleep 600`
  await souk(['submit', '--data', peer.data, '--label', 'site=later', '--', 'sh', '-c', script])
  await until('it runs', () => existsSync(marker) && readFileSync(marker, 'utf8').endsWith('\n'))
  const pid = Number(readFileSync(marker, 'utf8'))
  process.kill(peer.pid, 'SIGKILL')
  await until('its guardian has ended the task', () => !isAlive(pid))
})
