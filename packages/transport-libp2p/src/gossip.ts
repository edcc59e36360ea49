import { type GossipSub, TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'
import type { PeerId as Libp2pPeerId } from '@libp2p/interface'
import { BoundedMap } from '@souk/kernel'
import type { Credentials } from '@souk/runtime'
import { type Advert, compareAdverts, decodeAdvert, encodeAdvert, type PeerId } from '@souk/wire'
import { advertTopic } from './protocols.ts'
import type { Tuning } from './tuning.ts'

export interface GossipOptions {
  pubsub: GossipSub
  credentials: Credentials
  tuning: Tuning
  now: () => number
  advert(advert: Advert): void
  rejected(peer: PeerId, code: string, detail: string): void
}

/** What was last forwarded of an author: only what is newer goes on, and not too often. */
interface Seen {
  incarnation: number
  seq: number
  tokens: number
  filledAt: number
}

/**
 * Adverts by gossip. Lossy: what is published before the topic's mesh has grafted reaches nobody, and nobody says so.
 * What arrives is judged before it is passed on, so a bad advert ends at its first honest receiver.
 */
export class Gossip {
  readonly #options: GossipOptions
  readonly #seen: BoundedMap<PeerId, Seen>

  constructor(options: GossipOptions) {
    this.#options = options
    this.#seen = new BoundedMap(options.tuning.knownPeersMax)
  }

  start(): void {
    const { pubsub } = this.#options
    pubsub.topicValidators.set(advertTopic, async (source, message) => await this.#judge(source, message.data))
    pubsub.subscribe(advertTopic)
  }

  stop(): void {
    const { pubsub } = this.#options
    pubsub.unsubscribe(advertTopic)
    pubsub.topicValidators.delete(advertTopic)
  }

  publish(advert: Advert): void {
    const { pubsub } = this.#options
    // an error here is a loss like any other: the next advert comes within seconds
    pubsub.publish(advertTopic, encodeAdvert(advert).slice()).catch(() => {})
  }

  subscribers(): Set<PeerId> {
    return new Set(this.#options.pubsub.getSubscribers(advertTopic).map(String))
  }

  async #judge(source: Libp2pPeerId, data: Uint8Array): Promise<TopicValidatorResult> {
    const { credentials, rejected, advert: deliver } = this.#options
    const decoded = decodeAdvert(data)
    if (!decoded.ok) {
      rejected(source.toString(), decoded.code, decoded.detail)
      return TopicValidatorResult.Reject
    }
    const advert = decoded.value
    if (advert.peer === credentials.self || this.#isOld(advert)) return TopicValidatorResult.Ignore
    const fault = await credentials.checkAdvert(advert)
    if (fault !== undefined) {
      rejected(source.toString(), fault, `an advert in the name of ${advert.peer}`)
      // Whoever passes on what a removed peer says may not have heard of that yet: it is no liar.
      return fault === 'certificate-revoked' ? TopicValidatorResult.Ignore : TopicValidatorResult.Reject
    }
    if (this.#isOld(advert)) return TopicValidatorResult.Ignore
    if (!this.#take(advert)) return TopicValidatorResult.Ignore
    deliver(advert)
    return TopicValidatorResult.Accept
  }

  #isOld(advert: Advert): boolean {
    const seen = this.#seen.get(advert.peer)
    return seen !== undefined && compareAdverts(advert, seen) <= 0
  }

  /** A token bucket per author; its signature has been checked, so nobody can empty another's. */
  #take(advert: Advert): boolean {
    const { tuning, now } = this.#options
    const burst = 2 * tuning.advertsPerSecondMax
    const at = now()
    const seen = this.#seen.get(advert.peer) ?? { incarnation: 0, seq: 0, tokens: burst, filledAt: at }
    seen.tokens = Math.min(burst, seen.tokens + ((at - seen.filledAt) / 1000) * tuning.advertsPerSecondMax)
    seen.filledAt = at
    const taken = seen.tokens >= 1
    if (taken) {
      seen.tokens--
      seen.incarnation = advert.incarnation
      seen.seq = advert.seq
    }
    this.#seen.push(advert.peer, seen)
    return taken
  }
}
