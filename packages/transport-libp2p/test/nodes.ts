import { createHash } from 'node:crypto'
import { type BlobStore, CodedError, type TransportEvents } from '@souk/runtime'
import type { Advert, BlobRef, Certificate, Frame, Incarnation, PeerId, Removal, Role } from '@souk/wire'
import { vi } from 'vitest'
import {
  createIdentity,
  createMesh,
  type Identity,
  issueCertificate,
  Libp2pTransport,
  type Libp2pTransportOptions,
  type Mesh,
  MeshCredentials,
} from '../src/index.ts'

/** Real nodes on loopback, and what tests wait for. Real handshakes take their time on a busy machine. */
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

type Told =
  | { kind: 'connected'; peer: PeerId; incarnation: Incarnation; certificate: Certificate }
  | { kind: 'disconnected'; peer: PeerId; reason: string }
  | { kind: 'frame'; peer: PeerId; frame: Frame }
  | { kind: 'gossip'; advert: Advert }
  | { kind: 'rejected'; peer: PeerId | undefined; code: string; detail: string }
  | { kind: 'removed'; peer: PeerId; removal: Removal }
  | { kind: 'transferred'; peer: PeerId; bytesPerMs: number }

/** Records what a transport tells and lets a test wait for it. */
class Ear implements TransportEvents {
  readonly told: Told[] = []
  #waiting: { wanted: (told: Told) => boolean; resolve: (told: Told) => void }[] = []

  connected(peer: PeerId, hello: { certificate: Certificate; incarnation: Incarnation }): void {
    this.#tell({ kind: 'connected', peer, incarnation: hello.incarnation, certificate: hello.certificate })
  }
  disconnected(peer: PeerId, reason: string): void {
    this.#tell({ kind: 'disconnected', peer, reason })
  }
  frame(peer: PeerId, frame: Frame): void {
    this.#tell({ kind: 'frame', peer, frame })
  }
  gossip(advert: Advert): void {
    this.#tell({ kind: 'gossip', advert })
  }
  rejected(peer: PeerId | undefined, code: string, detail: string): void {
    this.#tell({ kind: 'rejected', peer, code, detail })
  }
  removed(peer: PeerId, removal: Removal): void {
    this.#tell({ kind: 'removed', peer, removal })
  }
  transferred(peer: PeerId, bytesPerMs: number): void {
    this.#tell({ kind: 'transferred', peer, bytesPerMs })
  }

  of<K extends Told['kind']>(kind: K): Extract<Told, { kind: K }>[] {
    return this.told.filter((t): t is Extract<Told, { kind: K }> => t.kind === kind)
  }

  /** The first that fits, past or to come. */
  async hears<K extends Told['kind']>(
    kind: K,
    fits: (told: Extract<Told, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Told, { kind: K }>> {
    const wanted = (t: Told) => t.kind === kind && fits(t as Extract<Told, { kind: K }>)
    const past = this.told.find(wanted)
    const found = past ?? (await new Promise<Told>((resolve) => this.#waiting.push({ wanted, resolve })))
    return found as Extract<Told, { kind: K }>
  }

  #tell(told: Told): void {
    this.told.push(told)
    for (const waiting of this.#waiting) if (waiting.wanted(told)) waiting.resolve(told)
    this.#waiting = this.#waiting.filter((waiting) => !waiting.wanted(told))
  }
}

/** Blobs in memory, verified as the real store does. */
class MemoryBlobs implements BlobStore {
  readonly kept = new Map<string, Uint8Array>()

  add(data: Uint8Array): BlobRef {
    const hash = createHash('sha256').update(data).digest('hex')
    this.kept.set(hash, data)
    return { hash, sizeBytes: data.byteLength }
  }

  async has(hash: string): Promise<boolean> {
    return this.kept.has(hash)
  }

  async put(data: AsyncIterable<Uint8Array>, options: { sizeBytesMax: number; expected?: BlobRef }): Promise<BlobRef> {
    const bytes = await gather(data)
    if (bytes.byteLength > options.sizeBytesMax) throw new CodedError('blob-too-large', 'too large')
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (options.expected && options.expected.hash !== hash) throw new CodedError('blob-mismatch', 'another hash')
    return this.add(bytes)
  }

  async *get(hash: string): AsyncGenerator<Uint8Array> {
    const bytes = this.kept.get(hash)
    if (bytes === undefined) throw new CodedError('blob-missing', 'no such blob')
    yield bytes
  }

  async remove(hash: string): Promise<void> {
    this.kept.delete(hash)
  }
}

export async function gather(data: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of data) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

export async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data
}

const loopback = '/ip4/127.0.0.1/tcp/0'
export const forever = new AbortController().signal

export interface Member {
  identity: Identity
  credentials: MeshCredentials
  transport: Libp2pTransport
  ear: Ear
  blobs: MemoryBlobs
  address: string
}

/** A mesh and its running members; `close` stops them all. */
export class TestMesh {
  readonly mesh: Mesh
  readonly members: Member[] = []

  private constructor(mesh: Mesh) {
    this.mesh = mesh
  }

  static async create(name = 'test'): Promise<TestMesh> {
    return new TestMesh(await createMesh(name))
  }

  async certify(identity: Identity, options: { role?: Role; expiresWallMs?: number; signedBy?: Mesh } = {}) {
    return await issueCertificate((options.signedBy ?? this.mesh).signingKey as Uint8Array, {
      peer: identity.peer,
      role: options.role ?? 'host',
      name: `m${this.members.length}`,
      issuedWallMs: 0,
      expiresWallMs: options.expiresWallMs ?? 0,
    })
  }

  async start(options: Partial<Libp2pTransportOptions> & { certificate?: Certificate } = {}): Promise<Member> {
    const identity = options.identity ?? (await createIdentity())
    const certificate = options.certificate ?? (await this.certify(identity))
    const credentials = new MeshCredentials({ identity, mesh: this.mesh, certificate })
    const blobs = new MemoryBlobs()
    const ear = new Ear()
    const transport = new Libp2pTransport({
      identity,
      mesh: this.mesh,
      incarnation: 1,
      credentials,
      blobs,
      listen: [loopback],
      mdns: false,
      ...options,
    })
    await transport.start(ear, forever)
    const member = { identity, credentials, transport, ear, blobs, address: transport.addresses()[0] as string }
    this.members.push(member)
    return member
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map(({ transport }) => transport.stop()))
  }
}

/** Both have told that they are connected. */
export async function connect(a: Member, b: Member): Promise<void> {
  await a.transport.dial([b.address], forever)
  await Promise.all([
    a.ear.hears('connected', (t) => t.peer === b.transport.self),
    b.ear.hears('connected', (t) => t.peer === a.transport.self),
  ])
}

/** A frame that carries a number. */
export function numbered(nonce: number, incarnation = 1): Frame {
  return {
    incarnation,
    load: { seq: nonce, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 },
    messages: [{ t: 'ping', nonce, updates: [] }],
  }
}

export function numberOf(frame: Frame): number {
  const first = frame.messages[0]
  return first?.t === 'ping' ? first.nonce : -1
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'no error',
    (error: { code?: unknown; message?: string }) => String(error.code ?? error.message),
  )
}
