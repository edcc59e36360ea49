import { type Millis, RoundTrip } from '@souk/kernel'
import type { Advert, Certificate, Incarnation, LifeProof, PeerId, Role } from '@souk/wire'
import type { Life, MemberState } from './life.ts'

export interface RoundTripTimes {
  mean: Millis
  p95: Millis
}

/** A live view of one member, as other machines read it. It changes with each step: keep no values of it. */
export interface Member {
  readonly peer: PeerId
  /** the name and role its certificate gives it */
  readonly name: string
  readonly role: Role
  readonly state: MemberState
  readonly incarnation: Incarnation
  /** the member's own signature for that incarnation; empty if nobody has met it */
  readonly proof: LifeProof
  /** a link is open */
  readonly connected: boolean
  /** connected, answers, and is neither dead nor gone: may be asked and given work */
  readonly reachable: boolean
  /** the newest advert of its present life; undefined until one came */
  readonly advert: Advert | undefined
  /** when that advert came, on this peer's clock; undefined: before this peer started, or it is its own */
  readonly advertMs: Millis | undefined
  /** the newest advert of any life: it tells what the member is, rather than what it can do now */
  readonly newest: Advert | undefined
  readonly certificate: Certificate
  readonly addresses: readonly string[]
  /** since when it has been in this state, on this peer's clock */
  readonly sinceMs: Millis
  readonly rtt: RoundTripTimes | undefined
}

/** What is known of one peer: facts, and what follows from them. `Membership`, `Links` and `Probes` change them. */
export class MemberRecord implements Member {
  readonly peer: PeerId
  readonly isSelf: boolean
  /** when this peer was first heard of */
  readonly knownMs: Millis
  certificate: Certificate
  life: Life
  sinceMs: Millis
  /** the newest advert of any life (I10) */
  newest: Advert | undefined
  newestMs: Millis | undefined
  /** the life of the peer at the other end of the open link; undefined: no link is open */
  linkedLife: Incarnation | undefined
  /** the last link was closed: the peer is worth probing through others */
  linkLost = false
  /** the last direct probe was not answered */
  missed = false
  /** the certificate has run out, or the peer was removed: it is known, but no member */
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

  /** Whether a later life than the one at the other end of the link is proven: the peer there began with an old store. */
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

  /** Not an advert of an earlier life, which says nothing about the present one. */
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

  /** @param now absent: the advert did not come now by the network */
  onAdvert(advert: Advert, now?: Millis): void {
    this.newest = advert
    this.newestMs = now
    this.#chooseCertificate()
  }

  /** Of the certificate that the peer showed and that of its newest advert the later issued one, whichever came first (I10). */
  #chooseCertificate(): void {
    const shown = this.#helloCertificate
    const carried = this.newest?.certificate
    if (shown === undefined || carried === undefined) this.certificate = shown ?? carried ?? this.certificate
    else this.certificate = shown.issuedWallMs > carried.issuedWallMs ? shown : carried
  }
}
