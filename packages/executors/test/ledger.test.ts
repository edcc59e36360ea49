import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Ledger, readLedger } from '../src/guardian/ledger.ts'
import { bootId } from '../src/guardian/process-table.ts'

test('a ledger tells which groups live, stays small, and goes when nothing lives', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'souk-ledger-'))
  const path = join(folder, 'a.runs')
  const ledger = new Ledger(path)
  ledger.add({ pid: 10, start: '5', fence: 'stays' })
  for (let i = 0; i < 5000; i++) {
    ledger.add({ pid: 100 + i, start: String(i), fence: `t${i}` })
    ledger.remove(100 + i)
  }
  ledger.add({ pid: 11, start: '6', fence: 'last' })
  const text = await readFile(path, 'utf8')
  expect(text.split('\n').length).toBeLessThan(4100)
  expect(readLedger(text, bootId())).toEqual([
    { pid: 10, start: '5', fence: 'stays' },
    { pid: 11, start: '6', fence: 'last' },
  ])
  ledger.close()
  await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
  await rm(folder, { recursive: true })
})

test('a torn last line, another boot and nonsense are skipped', () => {
  const text = '+ 20 1 boot f20\n+ 21 1 other f21\n- \n+ 1 1 boot init\n+ x y\n- 99\n+ 22 1 bo'
  expect(readLedger(text, 'boot')).toEqual([{ pid: 20, start: '1', fence: 'f20' }])
})
