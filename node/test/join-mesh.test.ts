import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileBlobs, LmdbRecords } from '@souk/store-lmdb'
import {
  createIdentity,
  createMesh,
  encodeInvitation,
  type Identity,
  issueCertificate,
  Libp2pTransport,
  type Mesh,
  MeshCredentials,
} from '@souk/transport-libp2p'
import type { Certificate, PeerId } from '@souk/wire'
import { expect, onTestFinished, test } from 'vitest'
import type { DataFolder } from '../src/data-folder.ts'
import { joinMesh } from '../src/join-mesh.ts'
import { readIdentity, readMember } from '../src/member.ts'
import { MembershipDesk } from '../src/membership-desk.ts'
import { scaleSettings } from '../src/scale-options.ts'

const forever = new AbortController().signal
const ignore = () => {}
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function dataFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'souk-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return { path, words: '', api: join(path, 'api.json'), mesh: join(path, 'mesh.json'), log: join(path, 'peer.log') }
}

async function certify(mesh: Mesh, { peer }: Identity): Promise<Certificate> {
  const fields = { peer, role: 'admin', name: 'member', issuedWallMs: 1, expiresWallMs: 0 } as const
  const certificate = await issueCertificate(mesh.signingKey!, fields)
  // As it is read from a store: no Buffer.
  return { ...certificate, signature: new Uint8Array(certificate.signature) }
}

async function recordsOf(folder: DataFolder): Promise<LmdbRecords> {
  const records = new LmdbRecords({ folder: folder.path })
  await records.open()
  onTestFinished(() => records.close())
  return records
}

/** A peer that invites, without all that a running one has besides. */
async function openDesk(
  mesh: Mesh,
  members: (self: Certificate) => Certificate[],
  removed: (peer: PeerId) => boolean = () => false,
): Promise<MembershipDesk> {
  const folder = dataFolder()
  const records = await recordsOf(folder)
  const identity = await createIdentity()
  const certificate = await certify(mesh, identity)
  const transport: Libp2pTransport = new Libp2pTransport({
    identity,
    mesh,
    incarnation: 1,
    credentials: new MeshCredentials({ identity, mesh, certificate }),
    blobs: new FileBlobs({ folder: folder.path }),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    onJoin: (application) => desk.onJoin(application),
  })
  const addresses = () => transport.addresses()
  const desk = new MembershipDesk({
    records,
    self: identity.peer,
    mesh,
    addresses,
    members: () => members(certificate),
    removed,
  })
  await transport.start(
    {
      connected: ignore,
      disconnected: ignore,
      frame: ignore,
      gossip: ignore,
      rejected: ignore,
      removed: ignore,
      transferred: ignore,
    },
    forever,
  )
  onTestFinished(() => transport.stop())
  return desk
}

test('who joins finds the members that the inviter knows in its store, before its peer has met any', async () => {
  const mesh = await createMesh('home')
  const other = await certify(mesh, await createIdentity())
  let inviter: Certificate | undefined
  const desk = await openDesk(mesh, (self) => {
    inviter = self
    return [self, other]
  })
  const folder = dataFolder()
  await joinMesh(folder, (await desk.invite({})).line, { name: 'new' }, forever)
  const records = await recordsOf(folder)
  const expected = [inviter!, other]
    .map((certificate) => ({ key: `member/${certificate.peer}`, value: { certificate, incarnation: 0 } }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  expect(records.entries('member/')).toEqual(expected)
  const { certificate, meshIsNew } = await readMember(folder, records, { meshName: 'another', name: 'another' })
  expect([certificate.name, certificate.role, meshIsNew]).toEqual(['new', 'host', false])
}, 30_000)

test('who is refused leaves no folder behind', async () => {
  const desk = await openDesk(await createMesh('home'), (self) => [self])
  const folder = dataFolder()
  const path = join(folder.path, 'none')
  const scaling = scaleSettings({ scale: 'local:max=3' })
  const { line } = await desk.invite({})
  for (const [invitation, wish] of [
    [line, { name: 'new', scaling }],
    ['no invitation', { name: 'new' }],
  ] as const)
    await expect(joinMesh({ ...folder, path }, invitation, wish, forever)).rejects.toThrow()
  expect(existsSync(path)).toBe(false)
}, 30_000)

test('who reaches nobody leaves no folder behind that it has made, and takes nothing from one that was there', async () => {
  const folder = dataFolder()
  const made = { ...folder, path: join(folder.path, 'a', 'new') }
  await expect(joinMesh(made, await deadLine(), { name: 'new' }, forever)).rejects.toThrow(
    new RegExp(`; ${made.path}, made for it, is removed again$`),
  )
  expect(existsSync(made.path)).toBe(false)
  writeFileSync(join(folder.path, 'mine'), 'kept')
  await expect(joinMesh(folder, await deadLine(), { name: 'new' }, forever)).rejects.not.toThrow('removed')
  expect(readFileSync(join(folder.path, 'mine'), 'utf8')).toBe('kept')
}, 30_000)

test.each(['SIGINT', 'SIGTERM'] as const)(
  'who is ended by %s while it dials leaves no folder behind that it has made, nor takes one',
  async (signal) => {
    const folder = dataFolder()
    // Whoever dials it waits.
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const line = await deadLine((silent.address() as AddressInfo).port)
    const join = async (data: string) => {
      const dialled = new Promise<void>((resolve) => silent.once('connection', () => resolve()))
      const words = ['--disable-warning=ExperimentalWarning', program, 'join', '-', '--data', data]
      const child = spawn(process.execPath, words, { stdio: ['pipe', 'ignore', 'pipe'] })
      child.stdin.end(line)
      let said = ''
      child.stderr.on('data', (text) => {
        said += text
      })
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
      await Promise.race([dialled, ended])
      const made = existsSync(data)
      child.kill(signal)
      return { made, code: await ended, said }
    }
    const made = `${folder.path}/made`
    expect(await join(made)).toEqual({ made: true, code: 130, said: expect.stringContaining('is removed again') })
    expect(existsSync(made)).toBe(false)
    writeFileSync(`${folder.path}/mine`, 'kept')
    expect(await join(folder.path)).toMatchObject({ code: 130, said: expect.not.stringContaining('removed') })
    expect(readFileSync(`${folder.path}/mine`, 'utf8')).toBe('kept')
  },
  60_000,
)

/** An invitation to a peer that is not there any more. */
async function deadLine(port = 1): Promise<string> {
  const { publicKey, psk } = await createMesh('home')
  const { peer } = await createIdentity()
  return encodeInvitation({
    ...{ meshName: 'home', meshPublicKey: publicKey, psk, addresses: [`/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`] },
    ...{ secretId: 'one', secret: new Uint8Array(16), role: 'host', expiresWallMs: 0 },
  })
}

test('who makes a mesh knows nobody', async () => {
  const folder = dataFolder()
  const records = await recordsOf(folder)
  expect(await readMember(folder, records, { meshName: 'home', name: 'first' })).toMatchObject({ meshIsNew: true })
  expect(records.entries('member/')).toEqual([])
})

test('a peer that was removed is refused before the invitation is used up, and told what to do', async () => {
  const removed = new Set<string>()
  const desk = await openDesk(
    await createMesh('home'),
    (self) => [self],
    (peer) => removed.has(peer),
  )
  const { line } = await desk.invite({})
  const folder = dataFolder()
  const records = await recordsOf(folder)
  removed.add((await readIdentity(records)).peer)
  await records.close()
  await expect(joinMesh(folder, line, { name: 'back' }, forever)).rejects.toThrow(/removed from the mesh.*souk reset/s)
  await joinMesh(dataFolder(), line, { name: 'new' }, forever)
}, 30_000)
