import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import {
  type Advert,
  type Certificate,
  type Incarnation,
  type LifeProof,
  type Offer,
  type PeerId,
  type Removal,
  signableAdvert,
  signableLife,
  signableRemoval,
} from '@souk/wire'
import type { Credentials } from '../src/index.ts'

/** Real ed25519 signatures; who has which key is a table that all peers of a test share. */
export class KeyTable {
  readonly keys = new Map<PeerId, KeyObject>()
  readonly mesh = generateKeyPairSync('ed25519')

  member(self: PeerId): ToyCredentials {
    return new ToyCredentials(this, self)
  }
}

export class ToyCredentials implements Credentials {
  readonly self: PeerId
  readonly certificate: Certificate
  readonly #table: KeyTable
  readonly #key: KeyObject
  signatures = 0
  checks = 0
  readonly revoked = new Map<PeerId, Removal>()
  /** while set, checks wait for it */
  gate: Promise<void> | undefined

  constructor(table: KeyTable, self: PeerId) {
    this.self = self
    this.#table = table
    const pair = generateKeyPairSync('ed25519')
    this.#key = pair.privateKey
    table.keys.set(self, pair.publicKey)
    this.certificate = {
      mesh: 'toy',
      peer: self,
      role: 'host',
      name: self,
      issuedWallMs: 0,
      expiresWallMs: 0,
      signature: new Uint8Array(),
    }
  }

  sign(advert: Advert): Advert {
    this.signatures++
    return { ...advert, signature: new Uint8Array(sign(null, signableAdvert(advert), this.#key)) }
  }

  signLife(incarnation: Incarnation): LifeProof {
    return new Uint8Array(sign(null, signableLife('toy', this.self, incarnation), this.#key))
  }

  async checkLife(peer: PeerId, incarnation: Incarnation, proof: LifeProof): Promise<string | undefined> {
    this.checks++
    await this.gate
    const key = this.#table.keys.get(peer)
    const good = key !== undefined && verify(null, signableLife('toy', peer, incarnation), key, proof)
    return good ? undefined : 'life-signature'
  }

  async checkAdvert(advert: Advert): Promise<string | undefined> {
    this.checks++
    await this.gate
    const key = this.#table.keys.get(advert.peer)
    const good = key !== undefined && verify(null, signableAdvert(advert), key, advert.signature)
    return good ? undefined : 'advert-signature'
  }

  async checkCertificate(): Promise<string | undefined> {
    return undefined
  }

  async checkRemoval(removal: Removal): Promise<string | undefined> {
    this.checks++
    const good = verify(null, signableRemoval('toy', removal), this.#table.mesh.publicKey, removal.signature)
    return good ? undefined : 'removal-signature'
  }

  /** With the key of the mesh, which every toy peer has. */
  remove(peer: PeerId): Removal {
    const unsigned = { peer, wallMs: 1 }
    return {
      ...unsigned,
      signature: new Uint8Array(sign(null, signableRemoval('toy', unsigned), this.#table.mesh.privateKey)),
    }
  }

  revoke(removal: Removal): void {
    this.revoked.set(removal.peer, removal)
  }

  removalOf(peer: PeerId): Removal | undefined {
    return this.revoked.get(peer)
  }

  /** An advert of this peer, not signed yet. */
  advert(seq: number): Advert {
    const { self: peer, certificate } = this
    const life = { incarnation: 1, proof: this.signLife(1) }
    return { peer, ...life, seq, addresses: [], offer, certificate, signature: new Uint8Array() }
  }
}

export const offer: Offer = {
  capacity: { cpuMilli: 1000, memoryBytes: 1, diskBytes: 1, networkMbps: 1, slots: 1, gpuMilli: [], custom: {} },
  labels: {},
  executors: ['process'],
  functions: [],
  draining: false,
  custody: true,
  priceMilli: 0,
  summary: 'toy',
}
