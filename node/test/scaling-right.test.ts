import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMesh, type Mesh } from '@souk/transport-libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { CliError } from '../src/cli-error.ts'
import type { DataFolder } from '../src/data-folder.ts'
import { scalingCheck } from '../src/doctor/scaling-check.ts'
import { exitCodes } from '../src/exit-codes.ts'
import { writeMesh } from '../src/mesh-file.ts'
import { scaleSettings } from '../src/scale-options.ts'
import { refuseScalingByRole, refuseScalingWithoutKey } from '../src/scaling-right.ts'

const local = scaleSettings({ scale: 'local:max=3' })
const command = scaleSettings({ scale: 'command:max=3', scaleCommand: './grow' })

function folder(mesh?: Mesh): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'souk-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const made = {
    path,
    words: '',
    api: join(path, 'api.json'),
    mesh: join(path, 'mesh.json'),
    log: join(path, 'peer.log'),
  }
  if (mesh) writeMesh(made, { mesh, addresses: [] })
  return made
}

function refusalOf(act: () => void): CliError | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(CliError)
    return error as CliError
  }
}

test('a peer that cannot invite is not started with --scale, and its owner is told what to do', async () => {
  const { signingKey, ...mesh } = await createMesh('home')
  for (const [scaling, kind] of [
    [local, 'local'],
    [command, 'command'],
  ] as const) {
    const refused = refusalOf(() => refuseScalingWithoutKey(scaling, folder(mesh)))
    expect(refused?.message).toContain(`--scale ${kind}: this peer is no admin of the mesh home`)
    expect(refused?.next).toMatch(/souk invite --role admin/)
    expect(refused?.exitCode).toBe(exitCodes.usage)
  }
  expect(refusalOf(() => refuseScalingWithoutKey(undefined, folder(mesh)))).toBeUndefined()
  expect(refusalOf(() => refuseScalingWithoutKey(local, folder({ ...mesh, signingKey: signingKey! })))).toBeUndefined()
  // It makes a mesh, and is its admin.
  expect(refusalOf(() => refuseScalingWithoutKey(local, folder()))).toBeUndefined()
})

test('who joins by an invitation of another role is refused before it joins', () => {
  expect(refusalOf(() => refuseScalingByRole(local, 'host'))?.message).toContain('one for the role host')
  expect(refusalOf(() => refuseScalingByRole(local, 'admin'))).toBeUndefined()
  expect(refusalOf(() => refuseScalingByRole(undefined, 'host'))).toBeUndefined()
})

test('doctor tells a running peer that may start nobody any more', () => {
  expect(scalingCheck({})).toEqual([])
  expect(scalingCheck({ scaling: { kind: 'local', able: true } })).toMatchObject([{ level: 'ok' }])
  const [lost] = scalingCheck({ scaling: { kind: 'local', able: false } })
  expect(lost).toMatchObject({ level: 'fail', seen: expect.stringContaining('no admin of the mesh') })
  expect(lost?.next).toMatch(/without --scale/)
})
