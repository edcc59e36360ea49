import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskDetail } from '@souk/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer } from './harness.ts'

const mesh = new TestMesh()
let origin: TestPeer

beforeAll(async () => {
  origin = await mesh.add('origin', ['--offer', 'cpu=0,slots=0'])
  await mesh.add('left', ['--offer', 'cpu=2,slots=2'])
  await mesh.add('right', ['--offer', 'cpu=2,slots=2'])
  await mesh.met()
})
afterAll(() => mesh.close())

const at = (words: string[]) => souk([words[0]!, '--data', origin.data, ...words.slice(1)])

test('a gang runs at once on several hosts: each member waits for all of the others', async () => {
  const there = join(mesh.root, 'there')
  const script = `mkdir -p ${there}; touch ${there}/$SOUK_GANG_RANK; until [ $(ls ${there} | wc -l) = $SOUK_GANG_SIZE ]; do sleep 0.05; done`
  const ran = await at(['submit', '--gang', '4', '--wait', '--', 'sh', '-c', script])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(readdirSync(there).sort()).toEqual(['0', '1', '2', '3'])
  const { out } = await at(['explain', 'last', '--json'])
  expect((JSON.parse(out) as TaskDetail).decision).toMatchObject({ how: 'gang' })
  expect((await at(['explain', 'last'])).out).toContain('4 that start together have room at once, on 2 hosts')
})

test('one that is too large for all hosts together is named, with what there is room for', async () => {
  const ran = await at(['submit', '--gang', '5', '--no-queue', '--wait', '--', 'true'])
  expect(ran.code).toBe(2)
  expect(`${ran.out}${ran.err}`).toContain('all hosts that are known have room for 4 at a time')
  const wrong = await at(['submit', '--gang', '1', '--', 'true'])
  expect(wrong).toMatchObject({ code: 64, err: expect.stringContaining('--gang') })
})
