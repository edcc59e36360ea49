import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LmdbRecords, SelfStore } from '@souk/store-lmdb'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { souk, TestMesh, type TestPeer } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const recordsOf = (data: string) => join(data, 'records', 'data.mdb')
const up = (data: string, words: readonly string[] = []) =>
  souk(['up', '--data', data, '--no-mdns', '--listen', '127.0.0.1:0', '--api-port', '0', ...words])

/** A peer with a task that it keeps, stopped. */
async function stopped(name: string): Promise<{ peer: TestPeer; id: string }> {
  const peer = await mesh.add(name, ['--offer', 'cpu=1,slots=1'])
  const words = ['submit', '--data', peer.data, '--label', 'site=elsewhere', '--', 'echo', 'marked-by-this-text']
  const id = (await souk(words)).out.trim()
  await souk(['down', '--data', peer.data])
  return { peer, id }
}

/** Changes one bit of the text, wherever the file has it (old pages keep copies). */
function flipIn(path: string, text: string): void {
  const data = readFileSync(path)
  for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) data[at]! ^= 0x20
  writeFileSync(path, data)
}

test('a flipped bit: up refuses with what is damaged, what is lost and what to run; reset, and it is a new peer', async () => {
  const { peer, id } = await stopped('only')
  expect(await souk(['doctor', '--data', peer.data])).toMatchObject({
    out: expect.stringMatching(/ok .*store .* whole/),
  })
  flipIn(recordsOf(peer.data), 'marked-by-this-text')
  for (const words of [[], ['--detach']]) {
    const { code, err } = await up(peer.data, words)
    expect(code).toBe(65)
    expect(err).toContain(`the store of this peer is damaged, so it does not start: ${recordsOf(peer.data)}: 1 of `)
    expect(err).toContain(`task/${id} (checksum does not match)`)
    expect(err).toContain('no task that three or more peers keep')
    expect(err).toContain(`next: souk reset --data ${peer.data}`)
  }
  const doctor = await souk(['doctor', '--data', peer.data])
  expect(doctor).toMatchObject({ code: 1, out: expect.stringMatching(/FAIL .*store .*is damaged/) })

  expect(await souk(['reset', '--data', peer.data])).toMatchObject({ code: 64, err: expect.stringContaining('--yes') })
  expect(existsSync(recordsOf(peer.data))).toBe(true)
  const reset = await souk(['reset', '--data', peer.data, '--yes', '--json'])
  const { path } = JSON.parse(reset.out) as { path: string }
  expect(readdirSync(path).sort()).toEqual(expect.arrayContaining(['format', 'records']))
  // It holds the mesh's key: it makes itself a member again, as a new peer.
  const again = await mesh.start('only', ['up'])
  expect(again.peer).not.toBe(peer.peer)
  expect(await souk(['run', '--data', peer.data, '--', 'echo', 'well'])).toMatchObject({ code: 0, out: 'well\n' })
  expect((await souk(['reset', '--data', peer.data, '--yes'])).err).toContain('is in use')
})

test('a file cut short: refused; after reset a member joins again with a new invitation, as a new peer', async () => {
  const { peer } = await stopped('second')
  truncateSync(recordsOf(peer.data), 10_000)
  const refused = await up(peer.data)
  expect(refused).toMatchObject({ code: 65, err: expect.stringContaining('10000 bytes, expected') })
  const { out, err } = await souk(['reset', '--data', peer.data, '--yes'])
  expect(out).toContain('mesh.json')
  expect(err).toContain(`souk join LINE --data ${peer.data}`)
  const again = await mesh.start('second', ['join', '-'], [], { input: await mesh.invite(mesh.peers[0]!) })
  expect(again.peer).not.toBe(peer.peer)
  await souk(['down', '--data', again.data])
})

test('a folder of a newer format is refused: what was seen, what this version reads, what to do', async () => {
  const { peer } = await stopped('third')
  writeFileSync(join(peer.data, 'format'), 'souk 99\n')
  const { code, err } = await up(peer.data)
  expect(code).toBe(65)
  expect(err).toMatch(/format 99, written by a newer souk; this souk reads formats? \d/)
  expect(err).toContain('next: souk --version')
  expect(await souk(['doctor', '--data', peer.data])).toMatchObject({
    code: 1,
    out: expect.stringContaining('format 99'),
  })
})

test('a record file that is nothing of the kind is refused, and the process does not die of it', async () => {
  const { peer } = await stopped('fourth')
  const copy = join(mesh.root, 'overwritten')
  cpSync(peer.data, copy, { recursive: true })
  writeFileSync(recordsOf(copy), Buffer.alloc(200_000, 0x55))
  expect(await up(copy)).toMatchObject({ code: 65, err: expect.stringContaining('no record can be read') })
  rmSync(recordsOf(copy))
  // Nothing but the head is left of what was said about its mesh: it has a new key, and no certificate for that.
  expect(await up(copy)).toMatchObject({ code: 1, err: expect.stringContaining('holds no certificate') })
})

test('a store that was found to be an old copy is refused at every later start, with an exit code of its own', async () => {
  const { peer } = await stopped('fifth')
  const records = new LmdbRecords({ folder: peer.data })
  await records.open()
  await new SelfStore(records).markBehind({ seen: 9, own: 1 })
  await records.close()
  const { code, err } = await up(peer.data)
  expect(code).toBe(66)
  expect(err).toContain('by it this is life 1 of this peer, but others have met its life 9')
  expect(err).toContain(`next: souk reset --data ${peer.data}`)
  expect(await souk(['doctor', '--data', peer.data])).toMatchObject({
    code: 1,
    out: expect.stringContaining('old copy'),
  })
})

test('a data folder put back from a copy is shown by a member that it was in later lives, and stops', async () => {
  const two = new TestMesh()
  onTestFinished(() => two.close())
  await two.add('witness')
  const { data } = await two.add('copied')
  const down = () => souk(['down', '--data', data])
  await down()
  const copy = join(two.root, 'copy')
  cpSync(data, copy, { recursive: true })
  for (let life = 2; life <= 3; life++) {
    await two.start('copied', ['up'])
    await two.met()
    await down()
  }
  rmSync(data, { recursive: true })
  cpSync(copy, data, { recursive: true })
  const { code, err } = await up(data)
  expect(code).toBe(66)
  expect(err).toContain('by it this is life 2 of this peer, but others have met its life 3')
})
