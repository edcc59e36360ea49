import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CommandScaler } from '../src/scalers/command-scaler.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-scaler-'))
afterAll(() => rmSync(folder, { recursive: true }))

const grow = { id: 'one', kind: 'grow', peerTag: 'tag' } as const
const shrink = { id: 'two', kind: 'shrink', peerTag: 'tag', peer: 'P' } as const
const never = new AbortController().signal

function scalerOf(command: string): CommandScaler {
  return new CommandScaler({ command, environment: { PATH: process.env.PATH! }, slots: 2, invite: async () => 'LINE' })
}

test('a command reads what it is to do', async () => {
  const file = join(folder, 'order')
  const scaler = scalerOf(`cat > ${file}`)
  await scaler.act(grow, never)
  const label = 'souk.scaled=tag'
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    intent: 'one',
    kind: 'grow',
    label,
    slots: 2,
    invitation: 'LINE',
  })
  await scaler.act(shrink, never)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ intent: 'two', kind: 'shrink', label, peer: 'P' })
})

test('a command that fails is told with what it said; one that does not read its input is not', async () => {
  await expect(scalerOf('echo no room >&2; exit 3').act(grow, never)).rejects.toMatchObject({
    code: 'scaler-failed',
    message: 'the scale command ended with 3: no room',
  })
  await scalerOf('exec 0<&-; exit 0').act(grow, never)
})

test('what a command leaves running in the background does not keep its order open', async () => {
  const file = join(folder, 'left')
  await scalerOf(`sleep 1000 & echo $! > ${file}`).act(grow, never)
  // Still there: it may be the peer that was asked for.
  process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
})

test('a command that hangs is ended with all it has started', async () => {
  const aborting = new AbortController()
  const hanging = scalerOf('sleep 1000 & sleep 1000').act(shrink, aborting.signal)
  aborting.abort()
  await expect(hanging).rejects.toMatchObject({ code: 'scaler-failed' })
})
