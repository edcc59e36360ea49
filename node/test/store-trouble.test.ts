import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodedError, StoreBehindError } from '@souk/runtime'
import { LmdbRecords, SelfStore, StoreDamagedError } from '@souk/store-lmdb'
import { expect, onTestFinished, test } from 'vitest'
import { type DataFolder, writeSecret } from '../src/data-folder.ts'
import { setAside } from '../src/set-aside.ts'
import { examineStore } from '../src/store-tools.ts'
import { storeTrouble } from '../src/store-trouble.ts'

function dataFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'souk-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return { path, words: '', api: join(path, 'api.json'), mesh: join(path, 'mesh.json'), log: join(path, 'peer.log') }
}

const none = () => ({ tasks: 0, alone: 0 })

test('an old copy has an exit code of its own, says what was seen and what to run, and stays one', async () => {
  const folder = dataFolder()
  const behind = new StoreBehindError(7, 3)
  expect(storeTrouble(behind, folder, none)).toMatchObject({
    exitCode: 66,
    message: expect.stringMatching(/is an old copy: by it this is life 3 of this peer, but others have met its life 7/),
    next: expect.stringContaining(`souk reset --data ${folder.path}`),
  })
  const records = new LmdbRecords({ folder: folder.path })
  await records.open()
  await new SelfStore(records).markBehind(behind)
  await records.close()
  expect(examineStore(folder).trouble).toMatchObject({ exitCode: 66, message: expect.stringContaining('life 7') })
})

test('damage is told with its tasks, what is missing without a name, and what is lost', () => {
  const folder = dataFolder()
  const damage = [
    { key: 'task/abc', detail: 'checksum does not match' },
    { key: undefined, detail: 'page 9 is cut short' },
  ]
  const report = { file: '/d/records/data.mdb', whole: 10, expected: 14, damage, damageTotal: 2 }
  const trouble = storeTrouble(new StoreDamagedError('/d', report), folder, () => ({ tasks: 8, alone: 2 }))
  expect(trouble!.exitCode).toBe(65)
  expect(trouble!.message.split('\n')).toEqual([
    'the store of this peer is damaged, so it does not start: /d/records/data.mdb: 4 of 14 records cannot be read',
    '  damaged   task/abc (checksum does not match), the file (page 9 is cut short)',
    '  tasks     abc',
    '  unknown   3 records whose name cannot be read either',
    '  lost      no task that three or more peers keep: the others have it. Lost is what this peer kept alone: tasks',
    '            with --durability local, and tasks of a mesh of one or two members',
    '            (of 8 tasks that can be read here, 2 are kept by fewer than three)',
    '  why       promises to other peers may be among what is damaged, so it comes back as a new peer',
  ])
})

test('other errors are no trouble of the store', () => {
  expect(storeTrouble(new CodedError('data-folder-in-use', 'x'), dataFolder(), none)).toBeUndefined()
  expect(storeTrouble(new Error('x'), dataFolder(), none)).toBeUndefined()
})

test.each([
  ['an admin keeps its mesh', { signingKey: 'k' }, ['mesh.json'], true],
  ['any other member needs a new invitation', {}, [], false],
])('what is set aside is moved, not deleted; %s', (_, mesh, left, isAdmin) => {
  const folder = dataFolder()
  writeSecret(folder.mesh, mesh)
  mkdirSync(join(folder.path, 'records'))
  writeFileSync(join(folder.path, 'records', 'data.mdb'), 'kept')
  const aside = setAside(folder, 0)
  expect(aside.isAdmin).toBe(isAdmin)
  expect(readFileSync(join(aside.path!, 'records', 'data.mdb'), 'utf8')).toBe('kept')
  expect(readdirSync(folder.path).sort()).toEqual(['aside', ...left])
  expect(existsSync(join(aside.path!, 'mesh.json'))).toBe(!isAdmin)
  expect(setAside(folder, 1).path).toBe(undefined)
})

test('a secret is for its owner alone, replaces the old one whole, and leaves nothing beside it', () => {
  const folder = dataFolder()
  writeSecret(folder.mesh, { a: 1 })
  writeSecret(folder.mesh, { a: 2 })
  expect(JSON.parse(readFileSync(folder.mesh, 'utf8'))).toEqual({ a: 2 })
  expect(statSync(folder.mesh).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder.path)).toEqual(['mesh.json'])
})
