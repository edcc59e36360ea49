import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyRequest } from '@souk/kernel'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isExecutable, joinedCommand, joinFailed } from '../src/guardian/joined-command.ts'
import { runVariables } from '../src/run-order.ts'
import { command as commandWork, order } from './orders.ts'

const posix = process.platform !== 'win32'
let folder: string
let files: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'souk-joined-'))
  files = ['cpu', 'memory'].map((name) => join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = { PATH: '/usr/local/bin:/usr/bin:/bin' }

function run(argv: string[], env: Record<string, string> = path): string {
  const command = joinedCommand({ argv, env }, files)
  return execFileSync(command.argv[0]!, command.argv.slice(1), { env: command.env, encoding: 'utf8', stdio: 'pipe' })
}

test.runIf(posix)('it writes itself into every file, and becomes the command with its arguments as they are', () => {
  const words = ['two words', '$HOME', '"quoted"', "it's", '*', '; exit 3', 'a=b', '-n', '']
  expect(run(['printf', '%s|', ...words])).toBe(`${words.join('|')}|`)
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['0\n', '0\n'])
})

test.runIf(posix)('the command has exactly its own environment, odd names too', () => {
  const env = { ...path, 'odd.name': '1', SPACED: 'a b', EMPTY: '', PWD: '/nowhere' }
  const lines = run(['env'], env).trim().split('\n')
  expect(lines.toSorted()).toEqual(
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted(),
  )
})

test.runIf(posix)('a command that brings no variables of its own has exactly those of every task', () => {
  const env = { ...path, HOME: '/tmp', SOUK_TASK: 't1', TZ: '' }
  const lines = run(['env'], env).trim().split('\n')
  expect(lines.toSorted()).toEqual(
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted(),
  )
})

test('what could run code of the task before it has joined does not reach the shell', () => {
  for (const name of ['LD_PRELOAD', 'ENV', 'BASH_ENV', 'LD_AUDIT', 'BASH_FUNC_echo%%']) {
    const { env } = joinedCommand({ argv: ['true'], env: { ...path, [name]: '/evil' } }, files)
    expect(Object.keys(env)).toEqual(['PATH'])
  }
})

test('the variables that tasks get from their host, those of a gang too, do not make its start dearer', () => {
  const gang = { id: 'g1', size: 3, rank: 2 }
  const own = runVariables(
    order(commandWork('true'), { gang, alternatives: [emptyRequest()] }, { gpuDevices: [0] }),
    'amber',
  )
  expect(Object.keys(own)).toContain('SOUK_GANG_RANK')
  expect(joinedCommand({ argv: ['true'], env: { ...path, ...own } }, files).env).toMatchObject(own)
})

test.runIf(posix)('a command with = in its name is no variable', () => {
  const script = join(folder, 'a=b')
  writeFileSync(script, '#!/bin/sh\necho "$1"\n')
  chmodSync(script, 0o755)
  expect(run([script, 'ran'])).toBe('ran\n')
  expect(run([script, 'ran'], { ...path, OWN: '1' })).toBe('ran\n')
})

test.runIf(posix)('where a file cannot be written the command does not run', () => {
  mkdirSync(files[1]!)
  expect(() => run(['touch', join(folder, 'ran')])).toThrow(expect.objectContaining({ status: joinFailed }))
  expect(() => readFileSync(join(folder, 'ran'))).toThrow('ENOENT')
})

test.runIf(posix)('a command is found by its path or through PATH, from where it is to run', () => {
  writeFileSync(join(folder, 'plain'), '')
  writeFileSync(join(folder, 'own-script'), '#!/bin/sh\n')
  chmodSync(join(folder, 'own-script'), 0o755)
  mkdirSync(join(folder, 'sub'))
  symlinkSync('../own-script', join(folder, 'sub', 'link'))
  const found = (name: string, env: Record<string, string> = path) => isExecutable({ argv: [name], env }, folder)
  expect(['sh', './own-script', join(folder, 'own-script'), 'sub/link'].map((name) => found(name))).not.toContain(false)
  expect(['own-script', './plain', './sub', 'no-such-command', ''].map((name) => found(name))).not.toContain(true)
  expect(found('link', { PATH: '/nowhere:sub' })).toBe(true)
})
