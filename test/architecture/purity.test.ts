import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, test } from 'vitest'
import { purePackages } from './layers.ts'
import { impurities } from './purity.ts'
import { parseSourceFile } from './source-file.ts'
import { packages } from './workspace.ts'

const pure = packages.filter((p) => purePackages.has(p.name))

test.each(pure)('$name has no clock, no chance and nothing to wait for', (pkg) => {
  expect(pkg.src.flatMap(impurities)).toEqual([])
})

describe('the check itself', () => {
  const dir = mkdtempSync(`${tmpdir()}/souk-purity-`)
  afterAll(() => rmSync(dir, { recursive: true }))
  const check = (code: string) => {
    writeFileSync(`${dir}/a.ts`, code)
    return impurities(parseSourceFile(dir, 'a.ts')).map((found) => found.replace(/^a\.ts:\d+ /, ''))
  }

  test.each([
    ['export async function f() {}', ['async function']],
    ['export const f = async () => 1', ['async function']],
    ['class A { async m() {} }', ['async function']],
    ['const x: Promise<number> | undefined = undefined', ['Promise']],
    ['const t = Date.now()', ['Date']],
    ['const t = new Date()', ['Date']],
    ['const r = Math.random()', ['Math.random']],
    ['setTimeout(() => 1, 5)', ['setTimeout']],
    ['const { pid } = process', ['process']],
    ['const a = { ...structuredClone({}) }', ['structuredClone']],
    ["import { readFileSync } from 'node:fs'", ['imports node:fs']],
    ["export * from 'node:fs'", ['imports node:fs']],
    ["const m = import('x')", ['dynamic import']],
    ["['b', 'a'].sort((x, y) => x.localeCompare(y))", ['localeCompare']],
    ['const a = [console]', ['console']],
  ])('%s is found', (code, expected) => {
    expect(check(code)).toEqual(expected)
  })

  test.each([
    "// await Date.now()\nexport const note = 'process console Promise Math.random()'",
    'export type Kind = { process: number; Date: string }',
    "export const work = { process: 1, kind: 'process' }\nexport const run = work.process",
    'export const floor = Math.floor(1.5)',
    'export class A { console = 1; process() { return this.console } }',
  ])('%s is let through', (code) => {
    expect(check(code)).toEqual([])
  })
})
