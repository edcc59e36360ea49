import { type Millis, RoundTrip } from '@souk/kernel'
import type { Advert, Certificate, Incarnation, LifeProof, PeerId, Role } from '@souk/wire'
import type { Life, MemberState } from './life.ts'

export interface RoundTripTimes {
  mean: Millis
  p95: Millis
}

/** A live view of one member; read it, never keep a copy's worth of it across steps. */
export interface Member {
  readonly peer: PeerId
  /** the name and role its certificate gives it */
  readonly name: string
  readonly role: Role
  readonly state: MemberState
  readonly incarnation: Incarnation
  /** its own word for that incarnation; empty where it was never met */
  readonly proof: LifeProof
  /** a link is open */
  readonly connected: boolean
  /** connected, answers, and is neither dead nor gone: may be asked and given work */
  readonly reachable: boolean
  /** newest of its present life; undefined until it came */
  readonly advert: Advert | undefined
  /** when that came, on this peer's clock; undefined: before its start, or it is this peer's own */
  readonly advertMs: Millis | undefined
  /** of whatever life was heard of last: what it is, rather than what it can do now */
  readonly newest: Advert | undefined
  readonly certificate: Certificate
  readonly addresses: readonly string[]
  /** since when it has been in this state, on this peer's clock */
  readonly sinceMs: Millis
  readonly rtt: RoundTripTimes | undefined
}

/** What is known of a peer. Facts only: who changes them decides elsewhere. */
export class MemberRecord implements Member {
  readonly peer: PeerId
  readonly isSelf: boolean
  /** when this peer was first heard of */
  readonly knownMs: Millis
  certificate: Certificate
  life: Life
  sinceMs: Millis
  /** newest advert of any life (I10) */
  newest: Advert | undefined
  newestMs: Millis | undefined
  /** the life of it that the open link is with; undefined without one */
  linkedLife: Incarnation | undefined
  /** a link was open in the past: worth probing through others when it is not */
  linkLost = false
  /** the last direct probe was not answered */
  missed = false
  /** its certificate has run out, or it was removed: known, but no member */
  expired = false
  /** syncs answered since `syncWindowMs` */
  syncs = 0
  syncWindowMs: Millis
  readonly roundTrip = new RoundTrip()
  #helloCertificate: Certificate | undefined
  #helloAddresses: readonly string[] = []

  constructor(peer: PeerId, isSelf: boolean, certificate: Certificate, life: Life, now: Millis) {
    this.peer = peer
    this.isSelf = isSelf
    this.certificate = certificate
    this.life = life
    this.knownMs = now
    this.sinceMs = now
    this.syncWindowMs = now
  }

  get name(): string {
    return this.certificate.name
  }

  get role(): Role {
    return this.certificate.role
  }

  get state(): MemberState {
    return this.life.state
  }

  get incarnation(): Incarnation {
    return this.life.incarnation
  }

  get proof(): LifeProof {
    return this.life.proof
  }

  get connected(): boolean {
    return this.linkedLife !== undefined
  }

  /** What is at the other end of the link began with an old store: a later life of it is proven. */
  get linkIsOld(): boolean {
    return this.linkedLife !== undefined && this.linkedLife < this.life.incarnation
  }

  get linked(): boolean {
    if (this.expired || this.life.state === 'dead' || this.life.state === 'left') return false
    return this.isSelf || this.connected
  }

  get reachable(): boolean {
    return this.linked && (this.isSelf || !this.missed)
  }

  /** An advert of an earlier life says nothing about this one. */
  get advert(): Advert | undefined {
    return this.newest !== undefined && this.newest.incarnation >= this.life.incarnation ? this.newest : undefined
  }

  get advertMs(): Millis | undefined {
    return this.advert && this.newestMs
  }

  get addresses(): readonly string[] {
    const advertised = this.advert?.addresses
    if (advertised !== undefined && advertised.length > 0) return advertised
    return this.#helloAddresses.length > 0 ? this.#helloAddresses : (this.newest?.addresses ?? [])
  }

  get rtt(): RoundTripTimes | undefined {
    const mean = this.roundTrip.mean
    const p95 = this.roundTrip.p95
    return mean === undefined || p95 === undefined ? undefined : { mean, p95 }
  }

  onHello(certificate: Certificate, addresses: readonly string[]): void {
    this.#helloCertificate = certificate
    this.#helloAddresses = addresses
    this.#chooseCertificate()
  }

  /** @param now absent where it is not heard now */
  onAdvert(advert: Advert, now?: Millis): void {
    this.newest = advert
    this.newestMs = now
    this.#chooseCertificate()
  }

  /** The later issued of what it showed and what its newest advert carries: the same whatever came first. */
  #chooseCertificate(): void {
    const shown = this.#helloCertificate
    const carried = this.newest?.certificate
    if (shown === undefined || carried === undefined) this.certificate = shown ?? carried ?? this.certificate
    else this.certificate = shown.issuedWallMs > carried.issuedWallMs ? shown : carried
  }
}
