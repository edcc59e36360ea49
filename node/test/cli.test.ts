import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMesh } from '@souk/transport-libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { main } from '../src/cli.ts'
import type { Context } from '../src/context.ts'
import { dataFolder } from '../src/data-folder.ts'
import { writeMesh } from '../src/mesh-file.ts'
import { coloursFor } from '../src/print/colours.ts'

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const colours = coloursFor(false, {})
  const context: Context = {
    env: { SOUK_DATA: '/nonexistent/souk' },
    cwd: '/',
    self: [],
    parent: undefined,
    terminal: {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      raw: () => {},
      outIsTerminal: false,
      outWidth: Infinity,
      errIsTerminal: false,
      colours,
      errColours: colours,
    },
  }
  return main(args, context).then((code) => ({ code, out: out.join('\n'), err: err.join('\n') }))
}

test('without arguments, and with help, it says what there is and how it exits', async () => {
  for (const args of [[], ['help'], ['--help']]) {
    const { code, out } = await run(...args)
    expect(code).toBe(0)
    for (const text of ['souk up', 'souk join LINE', 'Exit codes', '124 timed out', '2 cannot be placed'])
      expect(out).toContain(text)
  }
})

test('a mistyped command is answered with the likely one', async () => {
  const { code, err } = await run('statsu')
  expect(code).toBe(64)
  expect(err).toContain("'statsu' is not a command of souk")
  expect(err).toContain('next: souk status')
})

test('an unknown option and a missing argument are errors of usage', async () => {
  const option = await run('peers', '--jsn')
  expect(option.code).toBe(64)
  expect(option.err).toContain("unknown option '--jsn'")
  const argument = await run('wait')
  expect(argument.code).toBe(64)
  expect(argument.err).toContain('id')
})

test('where no peer runs, every command that needs one says so and what to do; run keeps its own codes', async () => {
  for (const command of [
    ['status'],
    ['peers'],
    ['tasks'],
    ['logs'],
    ['explain'],
    ['wait', 'x'],
    ['cancel', 'x'],
    ['down'],
  ]) {
    const { code, err } = await run(...command)
    expect(code, command[0]).toBe(69)
    expect(err).toContain('no peer is running here')
    expect(err).toContain('next: souk up')
  }
  expect((await run('run', '--', 'true')).code).toBe(125)
})

test('a wrong flag of run is wrong usage, not the exit code of a task', async () => {
  const { code, err } = await run('run', '--cpu', 'many', '--', 'true')
  expect(code).toBe(64)
  expect(err).toContain('--cpu')
})

test('an endpoint that is none is wrong usage, and its token is not repeated', async () => {
  const { code, err } = await run('status', '--endpoint', 'nonsense#secret')
  expect(code).toBe(64)
  expect(err).toContain("'nonsense' is no URL")
  expect(err).not.toContain('secret')
})

test('the inventory of this host needs no peer; with --peer it does', async () => {
  const { code, out } = await run('inventory', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out).entries.map(({ kind }: { kind: string }) => kind)).toEqual(
    expect.arrayContaining(['cpu', 'memory', 'storage', 'software']),
  )
  expect((await run('inventory', '--peer')).code).toBe(69)
})

test('a peer that has a mesh starts under no other name of one, and is told how to make another', async () => {
  const path = mkdtempSync(join(tmpdir(), 'souk-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const folder = dataFolder({ cwd: '/', env: {} } as Context, path)
  writeMesh(folder, { mesh: await createMesh('home'), addresses: [] })
  const { code, err } = await run('up', '--data', path, '--mesh', 'lab')
  expect(code).toBe(64)
  expect(err).toContain(`souk: --mesh: ${path} belongs to mesh home, not lab\nnext: souk up --data ${path}`)
})

test('every example of a command says what it does', async () => {
  const { catalogue } = await import('../src/catalogue.ts')
  for (const { name } of catalogue) expect((await run(name, '--help')).out).not.toMatch(/# *$/m)
})

test('where a command is missing the one that was typed is not answered with another', async () => {
  for (const name of ['run', 'submit', 'map'])
    expect((await run(name)).err).toContain('next: put it at the end: -- echo')
})
